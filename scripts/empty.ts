/** Stands for `react-devtools-core`, which Ink would load for a developer of its own. */
// biome-ignore lint/style/noDefaultExport: Ink imports it so
export default {};
