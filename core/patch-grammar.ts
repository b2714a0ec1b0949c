/** The patch format as a Lark grammar, for providers that hold a model's freeform input to one. Stricter than the parser. */
export const patchGrammar = `start: "*** Begin Patch" LF op+ "*** End Patch" LF?
op: add | delete | update
add: "*** Add File: " TEXT LF ("+" TEXT? LF)+
delete: "*** Delete File: " TEXT LF
update: "*** Update File: " TEXT LF ("*** Move to: " TEXT LF)? lines? chunk*
chunk: "@@" (" " TEXT)? LF lines
lines: (/[-+ ]/ TEXT? LF)+ ("*** End of File" LF)?
TEXT: /[^\\n]+/
LF: "\\n"
`;
