/** What is told to a model before a person's first words: AGENTS.md, global and of the project, and where it works. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { agentsText, type DocFile, decodeDoc, docsWithin, isBlank } from '../core/agents-text.ts';
import type { Config } from '../core/config.ts';
import { isBareName } from '../core/config-check.ts';
import { type EnvironmentFacts, environmentContext } from '../core/environment.ts';
import type { Home } from '../ipc/home.ts';
import type { ReadFile } from './config/file-cache.ts';
import type { Loaded } from './config/load.ts';

export interface ContextPart {
  readonly part: 'agents' | 'environment';
  readonly role: 'user';
  readonly text: string;
  /** SHA-256 of the text in hex: tells whether a session has been told this. */
  readonly hash: string;
}

export interface Context {
  readonly parts: readonly ContextPart[];
  readonly warnings: readonly string[];
  /** The files in use, in their order. */
  readonly files: readonly string[];
}

export type ContextInput = Omit<EnvironmentFacts, 'writableRoots'> & { readonly loaded: Loaded };

/** The user's own file is not counted against `project_doc_max_bytes`, but has an end too. */
const maxGlobalBytes = 1_048_576;
const names = ['AGENTS.override.md', 'AGENTS.md'];

export function createContext(deps: { home: Home; readFile: ReadFile }): (input: ContextInput) => Promise<Context> {
  const { home, readFile } = deps;

  /** The first that is not blank: tcx's own, else Codex's. */
  async function globalDoc(): Promise<Found> {
    const warnings: string[] = [];
    for (const folder of home.codex ? [home.path, home.codex] : [home.path]) {
      for (const name of names) {
        const found = await firstFile(folder, [name], maxGlobalBytes);
        warnings.push(...found.warnings);
        if (found.file && !isBlank(found.file)) return { file: found.file, warnings };
      }
    }
    return { warnings };
  }

  /** The first of the names that is a regular file. */
  async function firstFile(folder: string, candidates: readonly string[], maxBytes: number): Promise<Found> {
    const warnings: string[] = [];
    for (const name of candidates) {
      const path = join(folder, name);
      // One byte more shows whether the last character is whole.
      const read = await readFile(path, maxBytes + 1);
      if (read.kind === 'file') return { file: { path, bytes: read.bytes, size: read.size }, warnings };
      if (read.kind === 'failed') warnings.push(`${path} cannot be read: ${read.why}`);
    }
    return { warnings };
  }

  async function projectDocs(config: Config, project: Loaded['project']): Promise<readonly Found[]> {
    const max = config.project_doc_max_bytes;
    if (max === 0 || !project || project.trust === 'untrusted') return [];
    const candidates = [...names, ...config.project_doc_fallback_filenames.filter(isBareName)];
    return Promise.all(project.dirs.map((dir) => firstFile(dir, candidates, max)));
  }

  return async (input) => {
    const { config, project } = input.loaded;
    const [global, found] = await Promise.all([globalDoc(), projectDocs(config, project)]);
    const docs = docsWithin(
      config.project_doc_max_bytes,
      found.flatMap(({ file }) => file ?? []),
    );
    const own = globalText(global);
    const agents = agentsText(input.cwd, own.text, docs.texts);
    const writableRoots = config.sandbox_workspace_write.writable_roots;
    return {
      parts: [
        ...(agents ? [toPart('agents', agents)] : []),
        toPart('environment', environmentContext({ ...input, writableRoots })),
      ],
      warnings: [...own.warnings, ...found.flatMap(({ warnings }) => warnings), ...docs.warnings],
      files: [...(global.file ? [global.file.path] : []), ...docs.used],
    };
  };
}

interface Found {
  readonly file?: DocFile;
  readonly warnings: readonly string[];
}

function globalText({ file, warnings }: Found): { text: string; warnings: readonly string[] } {
  if (!file) return { text: '', warnings };
  const { text, bytes, warning } = decodeDoc(file, maxGlobalBytes);
  const cut = file.size > bytes ? [`${file.path} is cut after ${bytes} bytes`] : [];
  return { text: text.trim(), warnings: [...warnings, ...(warning ? [warning] : []), ...cut] };
}

const toPart = (part: ContextPart['part'], text: string): ContextPart => ({
  part,
  role: 'user',
  text,
  hash: createHash('sha256').update(text).digest('hex'),
});
