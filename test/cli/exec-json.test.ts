/** `tcx exec --json`: each item type equals its golden, line by line. `TCX_UPDATE_GOLDENS=1` writes them anew, to be read in review. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { root, type TestHome } from '../daemon.ts';
import type { FakeReply } from '../fake-model.ts';
import { verifies } from '../verifies.ts';
import { scene } from './scene.ts';

const exec = (cmd: string, more: Record<string, unknown> = {}): FakeReply => ({
  calls: [{ name: 'exec_command', args: { cmd, login: false, ...more } }],
});
const patch = (text: string): FakeReply => ({
  calls: [{ name: 'apply_patch', form: 'custom', args: `*** Begin Patch\n${text}\n*** End Patch` }],
});
const plan = (...steps: [string, string][]): FakeReply => ({
  calls: [{ name: 'update_plan', args: { plan: steps.map(([step, status]) => ({ step, status })) } }],
});

interface Golden {
  readonly name: string;
  readonly replies: readonly FakeReply[];
  readonly flags?: readonly string[];
  /** What lies in the folder first. */
  readonly files?: Readonly<Record<string, string>>;
  readonly code?: number;
}

const goldens: readonly Golden[] = [
  {
    name: 'agent-message-and-reasoning',
    replies: [{ reasoning: 'I greet.', text: 'Hello.', usage: { input: 40, cached: 8, output: 9, reasoning: 4 } }],
  },
  { name: 'command-completed', replies: [exec('printf "one\\ntwo\\n"'), { text: 'Ran.' }], flags: ['--yolo'] },
  { name: 'command-failed', replies: [exec('echo no; exit 3'), { text: 'It failed.' }], flags: ['--yolo'] },
  { name: 'command-declined', replies: [exec('touch made'), { text: 'Refused.' }] },
  {
    name: 'command-in-background',
    replies: [exec('echo begun; sleep 60', { yield_time_ms: 250 }), { text: 'It goes on.' }],
    flags: ['--yolo'],
  },
  {
    name: 'command-in-background-read-to-its-end',
    replies: [
      exec('read -r line; echo "$line"', { tty: true, yield_time_ms: 250 }),
      { calls: [{ name: 'write_stdin', args: { session_id: 1001, chars: 'typed\n' } }] },
      { text: 'It ended.' },
    ],
    flags: ['--yolo'],
  },
  {
    name: 'file-change-add-update-delete',
    replies: [
      patch('*** Add File: new.txt\n+hello\n*** Update File: old.txt\n@@\n-one\n+two\n*** Delete File: gone.txt'),
      { text: 'Changed.' },
    ],
    flags: ['--yolo'],
    files: { 'old.txt': 'one\n', 'gone.txt': 'x\n' },
  },
  {
    name: 'file-change-failed',
    replies: [patch('*** Add File: new.txt\n+hello'), { text: 'Refused.' }],
  },
  {
    name: 'file-change-by-shell-in-a-folder-below',
    replies: [
      exec("cd sub && apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: new.txt\n+hello\n*** End Patch\nEOF"),
      { text: 'Changed.' },
    ],
    flags: ['--yolo'],
    files: { 'sub/old.txt': '' },
  },
  {
    name: 'todo-list',
    replies: [
      plan(['look', 'in_progress'], ['mend', 'pending']),
      plan(['look', 'completed'], ['mend', 'in_progress']),
      { text: 'Half done.' },
    ],
    flags: ['-c', 'tools.update_plan.enabled=true'],
  },
  {
    name: 'error-item',
    replies: [{ text: 'Hello.' }],
    flags: ['-c', 'approval_policy="on-failure"'],
  },
  {
    name: 'retried',
    replies: [{ text: 'Half of it', cut: 'before completed' }, { text: 'All of it.' }],
  },
  {
    name: 'turn-failed',
    replies: [{ status: 400, error: { message: 'this model does not exist' } }],
    code: 1,
  },
];

for (const golden of goldens)
  verifies('3.14', `--json: ${golden.name}`, async () => {
    await using set = await scene(golden.replies);
    const { home } = set;
    for (const [name, text] of Object.entries(golden.files ?? {})) {
      mkdirSync(dirname(join(home.work, name)), { recursive: true });
      writeFileSync(join(home.work, name), text);
    }
    const ran = await home.tcx(['exec', '--json', ...(golden.flags ?? []), 'go']);
    expect(ran.code, ran.stderr).toBe(golden.code ?? 0);
    const path = join(root, 'test', 'golden', 'exec', `${golden.name}.jsonl`);
    const lines = plain(ran.stdout, home);
    if (process.env.TCX_UPDATE_GOLDENS) writeFileSync(path, lines);
    expect(lines).toBe(readFileSync(path, 'utf8'));
  });

/** Without what differs from run to run: ids, folders, ports. */
const plain = (text: string, home: TestHome) =>
  text
    .replaceAll(/"thread_id":"[0-9a-f-]{36}"/g, '"thread_id":"ID"')
    .replaceAll(home.work, 'WORK')
    .replaceAll(home.home, 'HOME')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT');
