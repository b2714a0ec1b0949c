/** The body of the effect `read`: the tools that change nothing. */
import type { ReadUse } from '../../core/tools.ts';
import type { Answer } from './answer.ts';
import { type GrepPlace, grepFiles } from './grep-files.ts';
import { listDir } from './list-dir.ts';
import { readFile } from './read-file.ts';

export function read(use: ReadUse, place: GrepPlace): Promise<Answer> {
  switch (use.name) {
    case 'read_file':
      return readFile(use, place);
    case 'list_dir':
      return listDir(use, place);
    case 'grep_files':
      return grepFiles(use, place);
  }
}
