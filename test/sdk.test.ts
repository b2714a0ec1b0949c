/** Codex's own SDK, as it is on the registry, driving tcx in Codex's place. */
import { join } from 'node:path';
import { Codex, type CodexOptions, type ThreadEvent, type ThreadOptions } from '@openai/codex-sdk';
import { expect } from 'vitest';
import { log, outputs, type Scene, scene, words } from './cli/scene.ts';
import { root, until } from './daemon.ts';
import type { Script } from './fake-model.ts';
import { verifies } from './verifies.ts';

interface Driven extends AsyncDisposable {
  readonly set: Scene;
  readonly codex: Codex;
  readonly thread: ThreadOptions;
}

/** A daemon of its own, and the SDK with `bin/tcx` for Codex's program. */
async function driven(script: Script, options: CodexOptions = {}): Promise<Driven> {
  const set = await scene(script);
  const codex = new Codex({ codexPathOverride: join(root, 'bin', 'tcx'), env: { ...set.home.env }, ...options });
  return { set, codex, thread: { workingDirectory: set.home.work }, [Symbol.asyncDispose]: set[Symbol.asyncDispose] };
}

verifies('3.14', 'the SDK runs a turn: items, final answer, usage', async () => {
  const usage = { input: 100, cached: 20, cacheWrite: 5, output: 30, reasoning: 10 };
  await using on = await driven([{ reasoning: 'Think.', text: 'The answer.', usage }]);
  const thread = on.codex.startThread(on.thread);
  const turn = await thread.run('What is it?');
  expect(turn.finalResponse).toBe('The answer.');
  expect(turn.items.map(({ type }) => type)).toEqual(['reasoning', 'agent_message']);
  expect(turn.usage).toEqual({
    input_tokens: 100,
    cached_input_tokens: 20,
    cache_write_input_tokens: 5,
    output_tokens: 30,
    reasoning_output_tokens: 10,
  });
  expect(thread.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(words(on.set.model.requests[0]!.body)).toEqual(['What is it?']);
});

verifies('3.14', 'the SDK streams events, each as it happens', async () => {
  const held = Promise.withResolvers<void>();
  await using on = await driven(async ({ n }) => {
    if (n === 1) return { text: 'I look.', calls: [{ name: 'exec_command', args: { cmd: 'ls' } }] };
    await held.promise;
    return { text: 'Done.' };
  });
  const { events } = await on.codex.startThread(on.thread).runStreamed('Look.');
  const seen: ThreadEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    // The command has been seen to end while the model has not said its last word.
    if (event.type === 'item.completed' && event.item.type === 'command_execution') held.resolve();
  }
  expect(seen.map(({ type }) => type)).toEqual([
    'thread.started',
    'turn.started',
    'item.completed',
    'item.started',
    'item.completed',
    'item.completed',
    'turn.completed',
  ]);
});

verifies('3.14', 'the SDK goes on with a thread, in the same process and in another', async () => {
  await using on = await driven(({ n }) => ({ text: `answer ${n}` }));
  const thread = on.codex.startThread(on.thread);
  await thread.run('first');
  await thread.run([
    { type: 'text', text: 'second' },
    { type: 'text', text: 'in two parts' },
  ]);
  const again = on.codex.resumeThread(thread.id!, on.thread);
  expect((await again.run('third')).finalResponse).toBe('answer 3');
  expect(again.id).toBe(thread.id);
  expect(words(on.set.model.requests[2]!.body)).toEqual(['first', 'second\n\nin two parts', 'third']);
});

verifies('3.14', 'the SDK aborts: the turn is interrupted, and its log says so', async () => {
  await using on = await driven([{ text: 'never whole', cut: 'silent' }, { text: 'after it' }]);
  const thread = on.codex.startThread(on.thread);
  const abort = new AbortController();
  const { events } = await thread.runStreamed('Begin.', { signal: abort.signal });
  const reading = (async () => {
    for await (const event of events) if (event.type === 'turn.started') abort.abort();
  })();
  await expect(reading).rejects.toThrow(/abort/i);
  const { home } = on.set;
  await until(async () => (await log(home, thread.id!)).at(-1)?.kind === 'turn.ended', 'the end of the turn');
  expect((await log(home, thread.id!)).at(-1)).toMatchObject({ body: { status: 'interrupted' } });
  expect((await thread.run('Again.')).finalResponse).toBe('after it');
});

verifies('3.14', 'the SDK is told of a failure: turn.failed throws its message', async () => {
  await using on = await driven([{ status: 400, error: { message: 'the model is on holiday' } }]);
  await expect(on.codex.startThread(on.thread).run('Hello.')).rejects.toThrow(/the model is on holiday/);
  const nobody = on.codex.resumeThread('0190a000-0000-7000-8000-000000000001', on.thread);
  await expect(nobody.run('Hello.')).rejects.toThrow(/exited with code 1: .*there is no session 0190a000/s);
});

verifies('3.14', 'the SDK with full access and without questions runs commands', async () => {
  const call = { calls: [{ name: 'exec_command', args: { cmd: 'echo made > made.txt; cat made.txt', login: false } }] };
  await using on = await driven([call, { text: 'Made.' }], { config: { tools: { update_plan: { enabled: true } } } });
  const thread = on.codex.startThread({
    ...on.thread,
    sandboxMode: 'danger-full-access',
    approvalPolicy: 'never',
    modelReasoningEffort: 'high',
    networkAccessEnabled: true,
    webSearchEnabled: false,
    skipGitRepoCheck: true,
    threadSource: 'test',
  });
  const turn = await thread.run('Make it.');
  const [command] = turn.items.filter((item) => item.type === 'command_execution');
  expect(command).toMatchObject({ aggregated_output: 'made\n', exit_code: 0, status: 'completed' });
  const { body } = on.set.model.requests[1]!;
  expect(outputs(body)[0]).toContain('made\n');
  expect(body).toMatchObject({ reasoning: { effort: 'high' } });
  expect(body.tools.map(({ name }) => name)).toContain('update_plan');
});
