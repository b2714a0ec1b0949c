/** Sessions that scripts begin, speak to, wait for, follow and end. */
import { once } from 'node:events';
import { expect } from 'vitest';
import type { Row } from '../../core/rows.ts';
import { type TestHome, until } from '../daemon.ts';
import { verifies } from '../verifies.ts';
import { begin, log, scene, words } from './scene.ts';

const touch = { calls: [{ name: 'exec_command', args: { cmd: 'touch made' } }] };

/** Starts a command and gathers what it prints. */
function following(home: TestHome, args: readonly string[]) {
  const child = home.spawnTcx(args);
  const printed = { out: '', err: '' };
  child.stdout!.on('data', (chunk) => (printed.out += String(chunk)));
  child.stderr!.on('data', (chunk) => (printed.err += String(chunk)));
  const code = once(child, 'exit').then(([exit]) => exit as number | null);
  return { child, printed, code };
}

const viewers = async (home: TestHome, id: string) => {
  const all = JSON.parse((await home.tcx(['ls', '--json'])).stdout) as { id: string; viewers: number }[];
  return all.find((session) => session.id === id)?.viewers ?? 0;
};

verifies('13.13', 'new -d prints an id and returns; say, wait, tail -f, log -f --json and stop drive it', async () => {
  const held = Promise.withResolvers<void>();
  await using set = await scene(async ({ n }) => {
    if (n === 1) await held.promise;
    return { text: n === 1 ? 'first answer' : `answer to number ${n}`, deltas: n === 1 ? 2 : 3 };
  });
  const { home, model } = set;
  const id = await begin(home, 'count the stars');
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  await model.request(1);
  const tail = following(home, ['tail', '-f', 'count-stars']);
  const rows = following(home, ['log', '-f', '--json', id]);
  const waiting = home.tcx(['wait', id, '--json']);
  await until(async () => (await viewers(home, id)) === 2);
  held.resolve();
  expect(JSON.parse((await waiting).stdout)).toMatchObject({ session: id, name: 'count-stars', ended: 'completed' });
  expect((await home.tcx(['say', id, 'and', 'the', 'moons'])).code).toBe(0);
  expect((await home.tcx(['wait', id])).code).toBe(0);
  await until(() => tail.printed.out.includes('answer to number 2\n'));
  expect(tail.printed.out).toBe('> count the stars\n\nfirst answer\n\n> and the moons\n\nanswer to number 2\n');
  const lines = () =>
    rows.printed.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
  await until(() => lines().filter(({ kind }) => kind === 'turn.ended').length === 2);
  expect(lines()).toEqual(await log(home, id));
  expect((await home.tcx(['stop', id])).code).toBe(0);
  expect(await home.tcx(['stop', id])).toMatchObject({ code: 0, stderr: `${id} is stopped already\n` });
  // Nobody has looked: following is not seeing.
  const seen = JSON.parse((await home.tcx(['ls', '--json'])).stdout) as { state: string }[];
  expect(seen[0]!.state).toBe('stopped');
  tail.child.kill();
  rows.child.kill();
});

verifies('13.13', 'wait ends with 0 completed, 1 failed or interrupted, 3 needs a person, 124 timed out', async () => {
  await using set = await scene((request) => {
    const [said] = words(request.body);
    if (said === 'fails') return { status: 400, error: { message: 'no' } };
    if (said === 'hangs') return { text: 'x', cut: 'silent' };
    if (said === 'asks' && request.n < 100 && !request.text.includes('function_call_output')) return touch;
    return { text: 'done' };
  });
  const { home } = set;
  const wait = async (id: string, ...args: string[]) => (await home.tcx(['wait', id, ...args])).code;
  expect(await wait(await begin(home, 'works'))).toBe(0);
  expect(await wait(await begin(home, 'fails'))).toBe(1);
  const hanging = await begin(home, 'hangs');
  expect(await wait(hanging, '--timeout', '50ms')).toBe(124);
  expect((await home.tcx(['interrupt', hanging])).code).toBe(0);
  expect(await wait(hanging)).toBe(1);
  const asking = await begin(home, 'asks');
  const needs = await home.tcx(['wait', asking]);
  expect([needs.code, needs.stderr]).toEqual([3, 'asks: needs you: touch made\n  tcx approve a1 · tcx deny a1\n']);
  expect(await wait(asking, '--for', 'needs-you')).toBe(3);
  const done = home.tcx(['wait', asking, '--for', 'done']);
  expect((await home.tcx(['approve', 'a1'])).code).toBe(0);
  expect((await done).code).toBe(0);
  const late = await home.tcx(['deny', 'a1']);
  expect([late.code, late.stderr]).toEqual([
    1,
    expect.stringMatching(/^Error: already answered by pid \d+ at \d{4}-\d\d-\d\dT[\d:.]+Z: once\n/),
  ]);
  expect(await home.tcx(['interrupt', asking])).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('no turn runs'),
  });
});

verifies(
  '13.13 11.04',
  'the inbox is a table and data, it is watched, and decide takes a name or a number',
  async () => {
    await using set = await scene((request) =>
      request.text.includes('function_call_output') ? { text: 'ok' } : touch,
    );
    const { home } = set;
    expect((await home.tcx(['inbox'])).stdout).toBe('No open questions.\n');
    const watch = following(home, ['inbox', '--watch', '--json']);
    await until(() => watch.printed.out === '[]\n');
    const ids = [await begin(home, 'one'), await begin(home, 'two')];
    await until(async () => (JSON.parse((await home.tcx(['inbox', '--json'])).stdout) as unknown[]).length === 2);
    const table = (await home.tcx(['inbox'])).stdout.split('\n');
    expect(table[0]).toMatch(/^ID +SINCE +SESSION +KIND +QUESTION$/);
    expect(table[1]).toMatch(/^a1 +\d+s +(one|two) +command +touch made$/);
    expect(table[3]).toBe('Answer: tcx approve a1 · tcx deny a1 · tcx decide a1 once|session|no|abort');
    const wrong = await home.tcx(['decide', 'a1', 'maybe']);
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringContaining('one of: 1 once, 2 session, 3 no, 4 abort'),
    ]);
    expect((await home.tcx(['decide', 'a1', '1'])).code).toBe(0);
    expect((await home.tcx(['decide', 'a2', 'no', '--text', 'not now', '--json'])).code).toBe(0);
    for (const id of ids) expect((await home.tcx(['wait', id, '--for', 'done'])).code).toBe(0);
    const answers = (await Promise.all(ids.map((id) => log(home, id))))
      .flat()
      .filter(({ kind }) => kind === 'answered');
    expect(answers.map(({ body }) => (body as { choice: string }).choice).sort()).toEqual(['no', 'once']);
    const changes = () =>
      watch.printed.out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as unknown[]).length);
    await until(() => changes().at(-1) === 0 && changes().length >= 3);
    expect(Math.max(...changes())).toBe(2);
    watch.child.kill();
  },
);

verifies(
  '13.13 11.05',
  'the same key is said once, standard input is a message, and nothing is no message',
  async () => {
    await using set = await scene(() => ({ text: 'ok' }));
    const { home, model } = set;
    const id = await begin(home, 'first');
    await home.tcx(['wait', id]);
    const once = await home.tcx(['say', id, '--key', 'k1', '--json', 'hello']);
    const twice = await home.tcx(['say', id, '--key', 'k1', '--json', 'hello']);
    const [a, b] = [once, twice].map(({ stdout }) => JSON.parse(stdout) as { seq: number; repeated: boolean });
    expect([a!.repeated, b!.repeated, a!.seq === b!.seq]).toEqual([false, true, true]);
    await home.tcx(['wait', id]);
    expect((await home.tcx(['say', '.', '-'], { stdin: 'two\nlines\n' })).code).toBe(0);
    await home.tcx(['wait', id]);
    expect(words(model.requests.at(-1)!.body)).toEqual(['first', 'hello', 'two\nlines']);
    expect((await home.tcx(['say', id, '-'], { stdin: '\n' })).code).toBe(2);
  },
);

verifies(
  '13.07 13.13',
  'say --queue and queue --thread --message work with the daemon down, each once and as its own turn',
  async () => {
    const held = Promise.withResolvers<void>();
    await using set = await scene(async ({ n }) => {
      if (n === 1) await held.promise;
      return { text: `answer ${n}` };
    });
    const { home, model } = set;
    const id = await begin(home, 'long work');
    await model.request(1);
    expect((await home.tcx(['say', '--queue', id, 'second'])).code).toBe(0);
    await home.kill('SIGKILL');
    held.resolve();
    expect((await home.tcx(['queue', '--thread', 'long-work', '--message', 'third', '--resume'])).code).toBe(0);
    expect(home.pid()).toBeDefined();
    expect((await home.tcx(['wait', id, '--for', 'done'])).code).toBe(0);
    const turns = (await log(home, id)).flatMap((row) => (row.kind === 'user' ? [[row.body.turn, row.body.text]] : []));
    expect(turns).toEqual([
      [1, 'long work'],
      [2, 'second'],
      [3, 'third'],
    ]);
    const wrong = await home.tcx(['queue', '--message', 'x']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--thread <SESSION>')]);
  },
);

verifies('13.13', 'tail ends without -f and shows the last lines; a closed pipe is no error', async () => {
  await using set = await scene(() => ({ text: Array.from({ length: 30 }, (_, n) => `line ${n + 1}`).join('\n') }));
  const { home } = set;
  const id = await begin(home, 'lines');
  await home.tcx(['wait', id]);
  const lastTen = Array.from({ length: 10 }, (_, n) => `line ${n + 21}\n`).join('');
  expect((await home.tcx(['tail', id])).stdout).toBe(lastTen);
  expect((await home.tcx(['tail', '-n', '2', id])).stdout).toBe('line 29\nline 30\n');
  expect((await home.tcx(['logs', id])).stdout.split('\n')).toHaveLength(33);
  const piped = following(home, ['log', id, '--json']);
  piped.child.stdout!.destroy();
  expect([await piped.code, piped.printed.err]).toEqual([0, '']);
});

verifies('13.13', 'tail -f shows a command as it prints, and nothing twice', async () => {
  await using set = await scene([
    { text: 'I run it.', calls: [{ name: 'exec_command', args: { cmd: 'echo one; sleep 0.2; echo two; exit 4' } }] },
    { text: 'It ended.' },
  ]);
  const { home, model } = set;
  const id = await begin(home, '--yolo', '-n', 'runner');
  const tail = following(home, ['tail', '-f', 'runner']);
  await until(async () => (await viewers(home, id)) === 1);
  await home.tcx(['say', id, 'go']);
  await until(() => tail.printed.out.includes('It ended.\n'));
  expect(model.requests).toHaveLength(2);
  expect(tail.printed.out).toBe(
    '\n> go\n\nI run it.\n\n$ echo one; sleep 0.2; echo two; exit 4\none\ntwo\nexited 4\n\nIt ended.\n',
  );
  expect((await home.tcx(['detach', 'runner'])).code).toBe(0);
  expect([await tail.code, tail.printed.err]).toEqual([0, expect.stringMatching(/^detached by pid \d+\n$/)]);
});

verifies('13.27', 'wake: now, at a time, and taken back', async () => {
  await using set = await scene(({ n }) => ({ text: `answer ${n}` }));
  const { home, model } = set;
  const id = await begin(home, 'sleepy');
  await home.tcx(['wait', id]);
  expect((await home.tcx(['wake', id, '--text', 'Now.'])).code).toBe(0);
  await home.tcx(['wait', id]);
  const far = JSON.parse((await home.tcx(['wake', id, '--at', '+30m', '--json'])).stdout) as {
    n: number;
    until: string;
  };
  expect(Math.abs(Date.parse(far.until) - Date.now() - 30 * 60_000)).toBeLessThan(60_000);
  expect((await home.tcx(['wake', id, '--cancel', String(far.n)])).code).toBe(0);
  expect((await home.tcx(['wake', id, '--at', '+100ms', '--text', 'At its time.'])).code).toBe(0);
  await model.request(3);
  expect((await home.tcx(['wait', id])).code).toBe(0);
  expect(words(model.requests[2]!.body)).toEqual(['sleepy', 'Now.', 'At its time.']);
  const woken = (await log(home, id)).filter(({ kind }) => kind === 'woke');
  expect(woken.map(({ body }) => body)).toEqual([{ n: 1, cancelled: true }, { n: 2 }]);
  for (const [at, tip] of [
    ['25:00', '09:00, +30m'],
    ['2001-01-01T00:00', 'is over'],
  ])
    expect(await home.tcx(['wake', id, '--at', at!])).toMatchObject({ code: 2, stderr: expect.stringContaining(tip!) });
});
