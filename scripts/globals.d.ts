/** Set by the bundler. */
declare const __TCX_VERSION__: string;

declare module '*.md' {
  const text: string;
  export default text;
}
