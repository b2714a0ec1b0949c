/** Short words for what scripts let the model say and call. */
import type { FakeReply } from '../fake-model.ts';

type Call = NonNullable<FakeReply['calls']>[number];

export const run = (cmd: string, more: Readonly<Record<string, unknown>> = {}): Call => ({
  name: 'exec_command',
  args: { cmd, login: false, ...more },
});
export const read = (path: string): Call => ({ name: 'read_file', args: { file_path: path } });
export const search = (pattern: string, path: string): Call => ({ name: 'grep_files', args: { pattern, path } });
export const list = (path: string): Call => ({ name: 'list_dir', args: { dir_path: path } });
export const patch = (...lines: readonly string[]): Call => ({
  name: 'apply_patch',
  form: 'custom',
  args: ['*** Begin Patch', ...lines, '*** End Patch'].join('\n'),
});
export const plan = (steps: readonly string[], active: number): Call => ({
  name: 'update_plan',
  args: {
    plan: steps.map((step, at) => ({
      step,
      status: at < active ? 'completed' : at === active ? 'in_progress' : 'pending',
    })),
  },
});

/** As quick as a person can follow; tests and the bench play faster. */
export interface Pace {
  /** ms before each piece of text. */
  readonly delayMs: number;
}
export const lifelike: Pace = { delayMs: 15 };
export const quick: Pace = { delayMs: 0 };
