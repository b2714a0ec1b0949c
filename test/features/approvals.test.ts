/** Questions to people: what asks, every answer, whose answer counts, and that a question outlives everybody who saw it. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { Client } from '../../ipc/client.ts';
import { startDaemon, type TestHome, until } from '../daemon.ts';
import { fakeModel } from '../fake-model.ts';
import { asking, Driven, fakeAt, providerAt } from '../session.ts';
import { exec, patchCall, readExec, toolbox } from '../toolbox.ts';
import { verifies } from '../verifies.ts';

let daemon: TestHome;
let client: Client;
/** A folder of the running test. */
let place: string;
let count = 0;
beforeAll(async () => {
  daemon = await startDaemon();
  client = await daemon.client();
});
afterAll(async () => {
  client?.close();
  await daemon?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  place = join(daemon.work, `place-${++count}`);
  mkdirSync(place);
});
const box = () => toolbox(client, place, { settings: asking });
const add = (name: string) => patchCall(`*** Begin Patch\n*** Add File: ${name}\n+x\n*** End Patch`);
const declined = 'exec_command failed: rejected by user';

verifies('11.04', 'plain ls, pwd and cat run; everything else asks, however it is written', async () => {
  await using tools = await box();
  const plain = await tools.run(exec('pwd'), exec('ls -la'), exec('cat /etc/hostname'));
  expect(plain.map((text) => readExec(text).code)).toEqual([0, 0, 0]);
  expect(tools.session.all('asked')).toEqual([]);
  for (const cmd of [
    'ls; touch x',
    'cat a > b',
    'echo hi',
    'ls $(touch x)',
    'ls -R',
    'env ls',
    'cat',
    'ls\ntouch x',
    '',
  ]) {
    await tools.begin(exec(cmd));
    const { approval } = await tools.session.question(({ summary }) => summary === cmd);
    await tools.session.decide(approval, 'no');
    expect(await tools.outputs(), cmd).toEqual([declined]);
  }
  expect(existsSync(join(place, 'x'))).toBe(false);
});

verifies('11.04', 'yes once runs that very command once, and asks again the next time', async () => {
  await using tools = await box();
  for (const n of [1, 2]) {
    await tools.begin(exec('echo run >> ran'));
    const question = await tools.session.question();
    expect(question).toMatchObject({
      kind: 'command',
      summary: 'echo run >> ran',
      cwd: place,
      session: tools.session.id,
    });
    expect(question.choices.map(({ id }) => id)).toEqual(['once', 'session', 'no', 'abort']);
    await tools.session.decide(question.approval, 'once');
    expect(readExec((await tools.outputs())[0]!).code).toBe(0);
    expect(readFileSync(join(place, 'ran'), 'utf8')).toBe('run\n'.repeat(n));
  }
});

verifies('11.04', 'yes for the session is this exact command in this folder, also after a restart', async () => {
  await using own = await startDaemon();
  using first = await own.client();
  await using tools = await toolbox(first, own.work, { settings: asking });
  await tools.begin(exec('echo again >> ran'));
  await tools.session.decide((await tools.session.question()).approval, 'session');
  await tools.outputs();
  await tools.run(exec('echo again >> ran'));
  expect(tools.session.all('asked')).toHaveLength(1);
  await tools.begin(exec('echo again >> ran '));
  await tools.session.decide((await tools.session.question()).approval, '3');
  expect(await tools.outputs()).toEqual([declined]);
  await own.kill();
  await own.start();
  using second = await own.client();
  using later = await Driven.attach(second, tools.session.id);
  expect(later.all('answered').map(({ choice }) => choice)).toEqual(['session', 'no']);
  expect(readFileSync(join(own.work, 'ran'), 'utf8')).toBe('again\nagain\n');
});

verifies(
  '11.04',
  'yes to all edits of the folder covers further patches inside it, not outside and not .git',
  async () => {
    await using tools = await box();
    mkdirSync(join(place, '.git'));
    await tools.begin(add('one.txt'));
    const { approval, choices } = await tools.session.question();
    expect(choices.map(({ id }) => id)).toEqual(['once', 'folder', 'no', 'abort']);
    await tools.session.decide(approval, 'folder');
    await tools.outputs();
    expect((await tools.run(add('sub/two.txt')))[0]).toContain('A sub/two.txt');
    for (const outside of ['../three.txt', '.git/config']) {
      await tools.begin(add(outside));
      const question = await tools.session.question();
      expect(question.choices.map(({ id }) => id)).toEqual(['once', 'no', 'abort']);
      await tools.session.decide(question.approval, 'no');
      expect(await tools.outputs()).toEqual(['patch rejected by user']);
    }
  },
);

verifies(
  '11.04',
  'no with words tells the model why; abort ends the turn, and calls that waited never begin',
  async () => {
    await using tools = await box();
    await tools.begin(exec('touch no'));
    await tools.session.decide((await tools.session.question()).approval, 'no', 'use the other file');
    expect(await tools.outputs()).toEqual([`${declined}: use the other file`]);
    await tools.begin(exec('touch first'), add('patched.txt'));
    await tools.session.decide((await tools.session.question()).approval, 'abort');
    expect(await tools.session.ended(2)).toMatchObject({ status: 'interrupted' });
    expect(tools.session.all('output').slice(1)).toMatchObject([
      { status: 'declined', text: declined },
      { status: 'interrupted', text: 'aborted' },
    ]);
    expect(['first', 'patched.txt'].filter((name) => existsSync(join(place, name)))).toEqual([]);
  },
);

verifies('11.04', 'of ten answers at once exactly one counts, and the others hear whose', async () => {
  await using tools = await box();
  await tools.begin(exec('echo x >> raced'));
  const { approval } = await tools.session.question();
  const clients = await Promise.all(Array.from({ length: 10 }, (_, i) => daemon.client({ label: `screen ${i}` })));
  const answers = await Promise.allSettled(
    clients.map((each, i) =>
      each.request('decide', { approval, choice: i % 2 ? 'once' : 'no', key: `race ${approval} ${i}` }),
    ),
  );
  await tools.outputs();
  const { by, choice } = tools.session.all('answered')[0]!;
  expect(tools.session.all('answered')).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const answer of answers)
    if (answer.status === 'rejected')
      expect(answer.reason).toMatchObject({
        code: 'answered',
        message: expect.stringMatching(new RegExp(`^already answered by ${by} at .*: ${choice}$`)),
      });
  expect(existsSync(join(place, 'raced'))).toBe(choice === 'once');
  const late = await daemon.tcx(['decide', approval, 'yes']);
  expect(late).toMatchObject({ code: 1, stderr: expect.stringContaining(`already answered by ${by} at`) });
  for (const each of clients) each.close();
});

verifies('11.04', 'an answer with a key that is known is told the same again, and changes nothing', async () => {
  await using tools = await box();
  await tools.begin(exec('echo x >> twice'));
  const { approval } = await tools.session.question();
  const answer = { approval, choice: 'once', key: `twice ${approval}` };
  const first = await client.request('decide', answer);
  await tools.outputs();
  expect(await client.request('decide', answer)).toMatchObject({
    seq: first.seq,
    session: first.session,
    call: first.call,
  });
  expect(readFileSync(join(place, 'twice'), 'utf8')).toBe('x\n');
});

verifies('11.04', 'a choice or an approval that does not exist is refused with what there is', async () => {
  await using tools = await box();
  await tools.begin(exec('touch x'));
  const { approval } = await tools.session.question();
  await expect(tools.session.decide(approval, 'perhaps')).rejects.toMatchObject({
    code: 'bad-choice',
    fix: 'one of: 1 once, 2 session, 3 no, 4 abort',
  });
  await expect(tools.session.decide('a99999', 'once')).rejects.toMatchObject({ code: 'no-approval', fix: 'tcx inbox' });
  expect(tools.session.view.state).toBe('needs you');
  await tools.session.decide(approval, 'no');
  await tools.outputs();
});

verifies(
  '11.04',
  'a question outlives its clients and SIGKILL, is answered from another terminal, and runs once',
  async () => {
    await using own = await startDaemon();
    await using model = await fakeModel([
      { calls: [exec('echo survived >> once')] },
      { text: 'went on' },
      { calls: [exec('echo other')] },
      { text: 'other went on' },
    ]);
    const begin = async () => {
      using gone = await own.client();
      const session = await Driven.begin(gone, own.work, { ...asking, ...fakeAt(model, 'responses') }, 'go');
      return { id: session.id, question: await session.question() };
    };
    const { id, question } = await begin();
    expect(question.approval).toBe('a1');
    await own.kill();
    rmSync(join(own.home, 'state.sqlite'), { force: true });
    await own.start();
    const inbox = await own.tcx(['inbox', '--json']);
    expect(JSON.parse(inbox.stdout)).toMatchObject([{ approval: 'a1', summary: 'echo survived >> once', session: id }]);
    using watching = await own.client();
    using seen = await Driven.attach(watching, id);
    expect(seen.view).toMatchObject({ state: 'needs you', questions: [{ approval: 'a1' }] });
    expect(await own.tcx(['decide', 'a1', 'yes'])).toMatchObject({ code: 0, stderr: '' });
    expect(await seen.ended()).toMatchObject({ status: 'completed' });
    await until(() => seen.view.questions.length === 0);
    expect(readFileSync(join(own.work, 'once'), 'utf8')).toBe('survived\n');
    expect(seen.answer).toBe('went on');

    // A handle is never another question's, whatever became of the index.
    await own.kill();
    rmSync(join(own.home, 'state.sqlite'), { force: true });
    await own.start();
    const next = await begin();
    expect(next.question.approval).toBe('a2');
    expect((await own.tcx(['decide', 'a1', 'yes'])).stderr).toContain('already answered by');
    expect((await own.tcx(['approve', 'a2'])).code).toBe(0);
  },
);

verifies(
  '11.04',
  'questions of two sessions stand in one inbox, oldest first; a watcher is told of each change',
  async () => {
    await using own = await startDaemon();
    using other = await own.client();
    let changes = 0;
    other.onPush((push) => void (push.t === 'changed' && push.what === 'inbox' && changes++));
    await other.request('watch', { what: 'inbox' });
    await using one = await toolbox(other, own.work, { settings: asking });
    await using two = await toolbox(other, own.work, { settings: asking });
    await one.begin(exec('echo one'));
    await one.session.question();
    await two.begin(exec('echo two'), exec('echo three'));
    await until(() => two.session.view.questions.length === 2);
    const inbox = async () => (await other.request('inbox', {})).approvals;
    expect((await inbox()).map(({ approval, summary }) => `${approval} ${summary}`)).toEqual([
      'a1 echo one',
      'a2 echo two',
      'a3 echo three',
    ]);
    await until(() => one.session.view.elsewhere === 2);
    await until(() => changes > 0, 'a word that the inbox changed');
    const before = changes;
    // Each answer belongs to its own question, in any order.
    await two.session.decide('a3', 'no');
    await one.session.decide('a1', 'once');
    await two.session.decide('a2', 'once');
    expect(readExec((await one.outputs())[0]!).output).toBe('one\n');
    const [second, third] = await two.outputs();
    expect([readExec(second!).output, third]).toEqual(['two\n', declined]);
    expect(await inbox()).toEqual([]);
    await until(() => changes > before);
  },
);

const unattended =
  /^exec_command failed: This command was not run: it needs a person's approval and nobody is there to ask\. .*--yolo.*--wait-approval/;

verifies('11.04', 'exec without --yolo refuses with the sentence and the turn goes on to its end', async () => {
  await using model = await fakeModel([{ calls: [exec('touch never'), add('never.txt')] }, { text: 'understood' }]);
  const config = [...providerAt(model, 'responses'), 'model_provider="fake"'].flatMap((each) => ['-c', each]);
  const ran = await daemon.tcx(['exec', '-m', 'gpt-5.5', '-C', place, '--skip-git-repo-check', ...config, 'go']);
  expect(ran).toMatchObject({ code: 0, stdout: 'understood\n' });
  const outputs = model.requests[1]!.body.input.flatMap(({ output }) => (output === undefined ? [] : [output]));
  expect(outputs).toEqual([
    expect.stringMatching(unattended),
    expect.stringMatching(/^patch rejected: This patch was not applied/),
  ]);
  expect(existsSync(join(place, 'never'))).toBe(false);
});

verifies(
  '11.04',
  'exec --wait-approval waits for an answer from elsewhere; when its time is over it is exit 3, and the question stays',
  async () => {
    await using own = await startDaemon();
    await using model = await fakeModel(({ body }) =>
      body.input.at(-1)?.role === 'user' ? { calls: [exec('echo approved')] } : { text: 'done' },
    );
    const config = [...providerAt(model, 'responses'), 'model_provider="fake"'].flatMap((each) => ['-c', each]);
    const args = (wait: string) => ['exec', '-m', 'gpt-5.5', wait, ...config, 'go'];
    const waiting = own.tcx(args('--wait-approval'));
    const open = await until(async () => JSON.parse((await own.tcx(['inbox', '--json'])).stdout)[0]);
    expect((await own.tcx(['approve', open.approval])).code).toBe(0);
    expect(await waiting).toMatchObject({
      code: 0,
      stdout: 'done\n',
      stderr: expect.stringContaining(`tcx approve ${open.approval}`),
    });
    expect(await own.tcx(args('--wait-approval=1s'))).toMatchObject({ code: 3 });
    const left = JSON.parse((await own.tcx(['inbox', '--json'])).stdout);
    expect(left).toMatchObject([{ approval: 'a2', summary: 'echo approved' }]);
  },
);
