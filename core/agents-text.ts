/** AGENTS.md as a model is told it (config.md §7): which bytes count, and the words around them. */

/** A file's first bytes, at least one more than may count; `size` is that of the whole file. */
export interface DocFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly size: number;
}

export interface Docs {
  readonly texts: readonly string[];
  /** The paths of those texts. */
  readonly used: readonly string[];
  readonly warnings: readonly string[];
}

/** The files in their order, cut where `maxBytes` are used up; what comes after is left out. Blank files cost nothing. */
export function docsWithin(maxBytes: number, files: readonly DocFile[]): Docs {
  const texts: string[] = [];
  const used: string[] = [];
  const warnings: string[] = [];
  const over: string[] = [];
  let left = maxBytes;
  for (const file of files.filter((candidate) => !isBlank(candidate))) {
    const { text, bytes, warning } = decodeDoc(file, left);
    const isCut = file.size > bytes;
    if (isCut) over.push(`${file.path} is ${bytes > 0 ? 'cut' : 'left out'}`);
    left = isCut ? 0 : left - bytes;
    if (bytes === 0) continue;
    texts.push(text);
    used.push(file.path);
    if (warning) warnings.push(warning);
  }
  if (over.length > 0)
    warnings.push(`more than ${maxBytes} bytes of AGENTS.md (project_doc_max_bytes): ${over.join(', ')}`);
  return { texts, used, warnings };
}

export const isBlank = (file: DocFile) => decodeDoc(file, file.bytes.length).text.trim() === '';

const longestCharacter = 4;

/** At most `maxBytes` of a file as text, cut between characters; `bytes` is how many were taken. */
export function decodeDoc({ path, bytes: all }: DocFile, maxBytes: number) {
  let bytes = Math.min(all.length, maxBytes);
  for (let n = 1; n < longestCharacter && bytes > 0 && isContinuation(all[bytes]); n++) bytes--;
  const part = all.subarray(0, bytes);
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(part), bytes };
  } catch {
    return {
      text: new TextDecoder().decode(part),
      bytes,
      warning: `${path} is not UTF-8; what cannot be read is replaced`,
    };
  }
}

const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

const separator = '\n\n--- project-doc ---\n\n';

/** Undefined when there is nothing to tell. */
export function agentsText(cwd: string, global: string, project: readonly string[]): string | undefined {
  const parts = [global, project.join('\n\n')].filter((part) => part !== '');
  if (parts.length === 0) return undefined;
  return `# AGENTS.md instructions for ${cwd}\n\n<INSTRUCTIONS>\n${parts.join(separator)}\n</INSTRUCTIONS>`;
}
