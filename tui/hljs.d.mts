/** What is used of Highlight.js. */
export declare const getLanguage: (name: string) => object | undefined;
export declare const highlight: (
  code: string,
  how: { readonly language: string; readonly ignoreIllegals: boolean },
) => { readonly value: string };
