/**
 * Records what the wire tells of one of the scripts (`test/scripts/`) played to a real daemon, as a recording for `replay.ts`:
 * `node test/frames/record.ts failing-test "the login test fails" > test/frames/failing-test.jsonl`. Before each push of rows
 * there is a mark `row SEQ` of its first one. Times are moved so that the script ends at 12:00 UTC of a day that never changes.
 */

import type { Push } from '../../ipc/messages.ts';
import { startDaemon, until } from '../daemon.ts';
import { fakeModel } from '../fake-model.ts';
import { byProgress, scripts } from '../scripts/play.ts';
import { shop } from '../scripts/project.ts';
import { quick } from '../scripts/words.ts';
import { asking, fakeAt, newId, yolo } from '../session.ts';

const endsAt = Date.UTC(2026, 5, 1, 12);
const fixedId = '019e0000-0000-7000-8000-000000000001';

const [name = '', text = 'fix it'] = process.argv.slice(2);
const replies = scripts[name as keyof typeof scripts](quick);

await using model = await fakeModel(byProgress(replies));
await using daemon = await startDaemon();
shop(daemon.work);
using client = await daemon.client({ label: 'desk' });
const session = newId();
const pushes: Push[] = [];
client.onPush((push) => pushes.push(push));
const settings = {
  ...fakeAt(model, 'responses', { more: ['tools.update_plan.enabled=true'] }),
  ...(name === 'questions' ? asking : yolo),
};
await client.request('new', { session, cwd: daemon.work, source: 'cli', settings, name });
const { rows, view } = await client.request('attach', { session, size: { columns: 80, rows: 24 } });
await client.request('say', { session, key: 'first', text, mode: 'steer' });
const answered = new Set<string>();
await until(() => {
  const open = pushes.findLast((push) => push.t === 'state')?.view.questions.find(({ id }) => !answered.has(id));
  if (open) void client.request('decide', { approval: open.id, choice: 'once', key: `answer ${answered.size}` });
  if (open) answered.add(open.id);
  return pushes.some((push) => push.t === 'rows' && push.rows.some(({ kind }) => kind === 'turn.ended'));
}, 'the end of the turn');
await until(() => pushes.at(-1)?.t === 'state' && pushes.some((push) => push.t === 'state' && push.view.turn > 0));

const last = Math.max(...pushes.flatMap((push) => (push.t === 'rows' ? push.rows.map(({ at }) => at) : [])));
const lines: object[] = [
  { clock: endsAt },
  ...rows.map((row) => ({ row })),
  { answer: 'attach', with: { view } },
  ...pushes.flatMap((push): object[] => {
    if (push.t === 'rows') return [{ mark: `row ${push.rows[0]?.seq}` }, { push }];
    return push.t === 'state' || push.t === 'delta' ? [{ push }] : [];
  }),
];
for (const line of lines) {
  const json = JSON.stringify(line, (key, value) =>
    ['at', 'since', 'startedAt'].includes(key) && typeof value === 'number' ? value - last + endsAt : value,
  );
  const placed = json
    .replaceAll(daemon.work, '$WORK')
    .replaceAll(model.origin, 'http://127.0.0.1:1')
    .replaceAll(session, fixedId);
  process.stdout.write(`${placed}\n`);
}
