/** Many sessions of one home: listed, found by what people call them, put away, woken from disk. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { uuidv7 } from '../../core/ids.ts';
import { until } from '../daemon.ts';
import { verifies } from '../verifies.ts';
import { begin, scene, words } from './scene.ts';

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly cwd: string;
  readonly source: string;
  readonly archived: boolean;
  readonly updated: string;
  readonly snippet?: string;
}

verifies(
  '8.05',
  'fifty sessions run side by side and are listed, resumed, forked, archived, unloaded and deleted',
  async () => {
    const all = Promise.withResolvers<void>();
    await using set = await scene(
      async (request) => {
        if (request.n <= 50) await all.promise;
        return { text: `heard ${words(request.body).at(-1)}` };
      },
      { more: 'idle_unload = "1s"' },
    );
    const { home, model } = set;
    const client = await home.client();
    const ids = Array.from({ length: 50 }, () => uuidv7(Date.now(), randomBytes(10)));
    await Promise.all(
      ids.map((session, n) =>
        client.request('new', {
          session,
          cwd: home.work,
          source: 'cli',
          settings: {},
          name: `bee-${n}`,
          text: `task ${n}`,
        }),
      ),
    );
    const list = async (...args: string[]) =>
      JSON.parse((await home.tcx(['ls', '--json', ...args])).stdout) as Listed[];
    // Each has asked the model before any is answered.
    await model.request(50);
    expect((await list()).map(({ state }) => state)).toEqual(Array(50).fill('thinking'));
    all.resolve();
    await Promise.all(ids.slice(0, 10).map((id) => home.tcx(['wait', id, '--for', 'done'])));
    await until(async () => (await list()).every(({ state }) => state === 'done unread'), 'all turns');
    expect(model.requests).toHaveLength(50);
    await until(async () => {
      const status = await client.request('daemon.status', {});
      return status.sessions === 0;
    }, 'idle sessions to leave the memory');
    expect((await home.tcx(['exec', 'resume', 'bee-7', 'more'])).stdout).toBe('heard more\n');
    expect(words(model.requests.at(-1)!.body)).toEqual(['task 7', 'more']);
    expect((await home.tcx(['exec', 'fork', 'bee-7', 'other'])).stdout).toBe('heard other\n');
    expect(words(model.requests.at(-1)!.body)).toEqual(['task 7', 'more', 'other']);
    expect((await home.tcx(['archive', 'bee-8'])).code).toBe(0);
    expect(await list('--archived')).toMatchObject([{ name: 'bee-8', archived: true }]);
    expect(await list()).toHaveLength(50);
    expect(await list('--all')).toHaveLength(51);
    const refused = await home.tcx(['say', 'bee-8', 'hello']);
    expect([refused.code, refused.stderr]).toEqual([1, 'Error: session bee-8 is archived\n  tcx unarchive bee-8\n']);
    expect((await home.tcx(['unarchive', 'bee-8'])).code).toBe(0);
    expect((await home.tcx(['say', 'bee-8', 'hello'])).code).toBe(0);
    expect((await home.tcx(['wait', 'bee-8', '--for', 'done'])).code).toBe(0);
    // Deleted while it works, by its name; another stands on bee-7, which stays.
    await client.request('say', { session: 'bee-9', key: 'last words', text: 'last words', mode: 'steer' });
    const remove = (session: string, name = session) => client.request('delete', { session, name });
    await expect(remove('bee-9', 'bee-10')).rejects.toMatchObject({ code: 'wrong-name' });
    await expect(remove('bee-7')).rejects.toMatchObject({ code: 'forked' });
    await remove('bee-9');
    expect((await home.tcx(['log', 'bee-9'])).code).toBe(1);
    expect(await list('--all')).toHaveLength(50);
    expect(globSync(join(home.home, 'sessions', '**', `${ids[9]}*`))).toEqual([]);
    client.close();
  },
);

verifies(
  '13.13 3.09',
  'a session is an id, the beginning of one, a name, or the newest here; what fits several is listed',
  async () => {
    await using set = await scene(({ n }) => ({ text: `answer ${n}` }));
    const { home } = set;
    const other = join(home.env.HOME!, 'other');
    mkdirSync(join(other, '.git'), { recursive: true });
    const id = await begin(home, '-n', 'blue-whale', 'one');
    await begin(home, '-n', 'blue-jay', 'two');
    const here = (args: string[], cwd = home.work) => home.tcx(args, { cwd });
    expect((await here(['wait', 'blue-w', '--json'])).stdout).toContain(id);
    const several = await here(['tail', 'blue']);
    expect([several.code, several.stderr]).toEqual([
      1,
      expect.stringMatching(/^Error: blue could mean blue-(whale, blue-jay|jay, blue-whale)\n/),
    ]);
    const prefix = await here(['log', id.slice(0, 8), '--json']);
    expect(prefix.code === 0 || prefix.stderr.includes('could mean')).toBe(true);
    expect((await here(['log', id.slice(0, 30), '--json'])).code).toBe(0);
    for (const flags of [[], ['--json'], ['-f']])
      expect(await here(['log', 'nowhere', ...flags])).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('nowhere'),
      });
    expect((await here(['rename', 'blue-whale', 'Green Whale!'])).stdout).toBe('green-whale\n');
    expect((await here(['rename', 'blue-jay', 'green-whale'])).stdout).toBe('green-whale-2\n');
    // The old name still means it.
    expect((await here(['wait', 'blue-whale', '--json'])).stdout).toContain(id);
    expect(await here(['tail', '.'], other)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`there is no session in ${other}`),
    });
    expect((await home.tcx(['exec', 'three'], { cwd: other })).code).toBe(0);
    expect((await here(['tail', '-n', '1', '.'], other)).stdout).toBe('answer 3\n');
    const list = async (...args: string[]) =>
      (JSON.parse((await home.tcx(['ls', '--json', ...args])).stdout) as Listed[]).map(({ name, source }) => [
        name,
        source,
      ]);
    expect(await list()).toEqual([
      ['three', 'exec'],
      ['green-whale-2', 'cli'],
      ['green-whale', 'cli'],
    ]);
    expect(await list('-C', other)).toEqual([['three', 'exec']]);
    expect(await list('--grep', 'two')).toEqual([['green-whale-2', 'cli']]);
    expect(await list('-n', '1')).toHaveLength(1);
    const table = (await home.tcx(['ls'])).stdout.split('\n');
    expect(table[0]).toMatch(/^ +NAME +STATE +USED +FOLDER +TITLE +COST$/);
    expect(table[1]).toMatch(/^✓ +three +done +\d+s +~\/other +three/);
    expect((await home.tcx(['ls', '--grep', 'nowhere'])).stdout).toBe('No such session. All of them: tcx ls --all\n');
  },
);

verifies(
  '13.41',
  'diff shows what a session patched, not another one in the same tree, and git can apply it',
  async () => {
    const patch = (text: string) => ({
      calls: [{ name: 'apply_patch', form: 'custom' as const, args: `*** Begin Patch\n${text}\n*** End Patch` }],
    });
    await using set = await scene((request) => {
      if (request.text.includes('function_call_output') || request.text.includes('custom_tool_call_output')) {
        const turns = words(request.body);
        if (turns.length === 1 || request.body.input.at(-1)!.type === 'custom_tool_call_output') return { text: 'ok' };
      }
      switch (words(request.body).at(-1)) {
        case 'first':
          return patch('*** Update File: a.txt\n@@\n-one\n+two\n*** Add File: new.txt\n+hello');
        case 'second':
          return patch('*** Delete File: b.txt');
        default:
          return patch('*** Add File: other.txt\n+not mine');
      }
    });
    const { home } = set;
    for (const [name, text] of [
      ['a.txt', 'one\nkept\n'],
      ['b.txt', 'gone\n'],
    ])
      writeFileSync(join(home.work, name!), text!);
    const id = await begin(home, '--yolo', '-n', 'mine', 'first');
    await home.tcx(['wait', id]);
    await home.tcx(['wait', await begin(home, '--yolo', 'theirs')]);
    await home.tcx(['say', id, 'second']);
    await home.tcx(['wait', id]);
    const whole = (await home.tcx(['diff', 'mine'])).stdout;
    expect(whole).toBe(
      [
        'diff --git a/a.txt b/a.txt',
        '--- a/a.txt',
        '+++ b/a.txt',
        '@@ -1,2 +1,2 @@',
        '-one',
        '+two',
        ' kept',
        'diff --git a/new.txt b/new.txt',
        'new file mode 100644',
        '--- /dev/null',
        '+++ b/new.txt',
        '@@ -0,0 +1,1 @@',
        '+hello',
        'diff --git a/b.txt b/b.txt',
        'deleted file mode 100644',
        '--- a/b.txt',
        '+++ /dev/null',
        '@@ -1,1 +0,0 @@',
        '-gone',
        '',
      ].join('\n'),
    );
    expect((await home.tcx(['diff', 'mine', '--turn', '2'])).stdout).toBe(
      whole.slice(whole.indexOf('diff --git a/b.txt')),
    );
    const files = JSON.parse((await home.tcx(['diff', 'mine', '--json'])).stdout) as {
      path: string;
      turn: number;
      kind: string;
    }[];
    expect(files.map(({ turn, kind }) => [turn, kind])).toEqual([
      [1, 'update'],
      [1, 'add'],
      [2, 'delete'],
    ]);
    const clean = join(home.env.HOME!, 'clean');
    mkdirSync(clean);
    for (const [name, text] of [
      ['a.txt', 'one\nkept\n'],
      ['b.txt', 'gone\n'],
    ])
      writeFileSync(join(clean, name!), text!);
    writeFileSync(join(clean, 'p.diff'), whole);
    execFileSync('git', ['apply', 'p.diff'], { cwd: clean });
    expect((await home.tcx(['diff', await begin(home, 'x', '-n', 'none')])).code).toBe(0);
  },
);
