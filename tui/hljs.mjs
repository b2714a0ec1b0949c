/** Highlight.js without its types: those would bring the browser's into all of the project. Ours are in `hljs.d.mts`. */
import hljs from 'highlight.js/lib/common';

export const { getLanguage, highlight } = hljs;
