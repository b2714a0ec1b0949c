/** The first start: what is here is found, a key is tried before it is kept, the folder is asked about once. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startDaemon, type TestHome } from '../daemon.ts';
import { fakeModel } from '../fake-model.ts';
import { press, Screen } from '../screen.ts';
import { type Answer, type Asked, standIn } from '../stand-in.ts';
import { verifies } from '../verifies.ts';
import { says } from './with-model.ts';

/** Nothing answers there. */
const nowhere = 'http://127.0.0.1:9';
const alone = { OLLAMA_HOST: nowhere, LM_STUDIO_API_BASE: `${nowhere}/v1` };
const cold = (env: Record<string, string>, untrusted = true) =>
  startDaemon({ cold: true, untrusted, env: { ...alone, ...env } });

const config = ({ home }: TestHome) => readFileSync(join(home, 'config.toml'), 'utf8');
const refusal: Answer = { status: 401, body: { error: { message: 'Incorrect API key provided: sk-b…ad.' } } };
const models: Answer = { body: { data: [{ id: 'gpt-5.5' }, { id: 'gpt-5-mini' }] } };

/** OpenAI's addresses, with one good key. */
const keyed = ({ path, headers }: Asked): Answer | undefined => {
  if (headers.authorization !== 'Bearer sk-good' && headers['x-api-key'] !== 'sk-good') return refusal;
  return path.endsWith('/models') ? models : undefined;
};

async function trusted(screen: Screen) {
  await screen.until(/Work in ~\/w\?/);
  // A key in the first moments is nobody's.
  await screen.until((text) => {
    if (text.includes('Work in')) screen.press(press.enter);
    return text.includes('this starts a new session');
  });
}

verifies('7.10', 'nothing here: the demo is preselected, and the folder is asked about once', async () => {
  await using daemon = await cold({});
  writeFileSync(join(daemon.work, 'AGENTS.md'), 'Be brief.');
  writeFileSync(join(daemon.work, '.mcp.json'), '{"mcpServers": {"a": {}}}');
  const screen = new Screen(daemon, []);
  const first = await screen.until(/Ollama +not running · start it: ollama serve/);
  expect(first).toMatch(/1 {2}OpenAI +paste a key/);
  expect(first).toMatch(/LM Studio +not running · start it: lms server start/);
  expect(first).toMatch(/› \d {2}Demo +no AI: a scripted stand-in/);
  screen.press(press.enter);
  const folder = await screen.until('Work in ~/w?');
  expect(folder).toContain('It brings AGENTS.md and 1 MCP server; they count only if trusted.');
  expect(folder).toMatch(/› 1 {2}Yes +read-only tools run, commands and edits ask first/);
  // A screen never promises a guard that is not there.
  expect(folder).not.toContain('sandbox');
  await trusted(screen);
  await screen.until('demo (no AI)');
  expect(config(daemon)).toMatch(/^\[projects\."[^"]+"\]\ntrust_level = "trusted"\n$/);
  screen.press(press.ctrlD);
  await screen.exited;
  // The demo is never kept: it is asked again. The folder is not.
  await using again = new Screen(daemon, []);
  await again.until('Which model shall it use?');
  again.press(press.enter);
  const text = await again.until('this starts a new session');
  expect(text).not.toContain('Work in');
});

verifies(
  '7.10',
  'a key that is typed: tried, refused with the server’s words, mended, kept for its owner alone',
  async () => {
    await using model = await fakeModel([says('it works')]);
    await using server = await standIn(keyed, model);
    await using daemon = await cold({ OPENAI_BASE_URL: `${server.origin}/v1` });
    const screen = new Screen(daemon, []);
    await screen.until('Which model shall it use?');
    screen.press('1');
    await screen.until('The key for OpenAI');
    screen.press(press.paste('sk-bad'), press.enter);
    const refused = await screen.until('OpenAI says 401: Incorrect API key provided');
    expect(refused).toContain('› ••••••');
    expect(refused).not.toContain('sk-bad');
    screen.press(press.backspace, press.backspace, press.backspace, 'good', press.enter);
    await trusted(screen);
    expect(config(daemon)).toContain('model_provider = "openai"');
    const auth = join(daemon.home, 'auth.json');
    expect(JSON.parse(readFileSync(auth, 'utf8'))).toEqual({ keys: { openai: 'sk-good' } });
    expect(statSync(auth).mode & 0o777).toBe(0o600);
    screen.press('hello', press.enter);
    await screen.until('it works');
    screen.press(press.ctrlD);
    await screen.exited;
    await using again = new Screen(daemon, []);
    expect(await again.until('this starts a new session')).not.toContain('Which model');
    expect(readFileSync(join(daemon.home, 'logs', 'tcxd.jsonl'), 'utf8')).not.toContain('sk-good');
  },
);

verifies(
  '7.10',
  'a key of the environment comes first and is tried; a wrong one says so and asks for another',
  async () => {
    await using server = await standIn(keyed);
    const env = { ANTHROPIC_BASE_URL: server.origin };
    await using good = await cold({ ...env, ANTHROPIC_API_KEY: 'sk-good' });
    await using screen = new Screen(good, []);
    const first = await screen.until(/› 1 {2}Anthropic +ANTHROPIC_API_KEY is set in this terminal/);
    expect(first).not.toContain('sk-good');
    screen.press(press.enter);
    await trusted(screen);
    expect(config(good)).toContain('model_provider = "anthropic"');
    await screen.until('claude-');
    await using bad = await cold({ ...env, ANTHROPIC_API_KEY: 'sk-wrong' });
    await using other = new Screen(bad, []);
    await other.until(/› 1 {2}Anthropic/);
    other.press(press.enter);
    await other.until(/ANTHROPIC_API_KEY is set in this terminal, but: Anthropic says 401/);
    await other.until('The key for Anthropic');
    other.press(press.esc);
    await other.until('Which model shall it use?');
    other.press(press.esc);
    expect(await other.exited).toMatchObject({ code: 0 });
  },
);

const ollama =
  (tools: readonly boolean[]) =>
  ({ path, body }: Asked): Answer | undefined => {
    if (path === '/api/tags') return { body: { models: tools.map((_, n) => ({ name: `model-${n}`, size: 1e9 })) } };
    if (path === '/v1/models') return { body: { data: [] } };
    if (path !== '/api/show') return undefined;
    const n = Number((JSON.parse(body) as { model: string }).model.slice(6));
    const capabilities = tools[n] ? ['completion', 'tools'] : ['completion'];
    return { body: { capabilities, parameters: `num_ctx ${n === 1 ? 8192 : 32768}`, model_info: {} } };
  };

verifies(
  '7.10',
  'Ollama: running without a model, with none that fits, with fit ones; a provider without a key asks none',
  async () => {
    for (const [tools, text] of [
      [[], 'running here, without a model: ollama pull'],
      [[false], 'running here, but no model of it can use tools'],
    ] as const) {
      await using server = await standIn(ollama(tools));
      await using daemon = await cold({ OLLAMA_HOST: server.origin.replace('http://', '') });
      await using screen = new Screen(daemon, []);
      const first = await screen.until(text);
      expect(first).toMatch(/› \d {2}Demo/);
    }
    await using model = await fakeModel([says('from here')]);
    await using server = await standIn(ollama([false, true, true]), model);
    await using daemon = await cold({ OLLAMA_HOST: server.origin });
    await using screen = new Screen(daemon, []);
    await screen.until(/› 1 {2}Ollama +running here: model-1 \(2 models can use tools\)/);
    screen.press(press.enter);
    const list = await screen.until('Which model of Ollama?');
    expect(list).not.toContain('model-0');
    expect(list).toMatch(/› 1 {2}model-1 +8k context/);
    await screen.until(/it runs with 8k of context.*OLLAMA_CONTEXT_LENGTH=32768/s);
    screen.press(press.down);
    await screen.until(/› 2 {2}model-2/);
    screen.press(press.enter);
    await trusted(screen);
    expect(config(daemon)).toContain('model_provider = "ollama"\nmodel = "model-2"\n');
    screen.press('hello', press.enter);
    await screen.until('from here');
    expect(model.requests[0]!.body.model).toBe('model-2');
  },
);

verifies(
  '7.10',
  'another server: its address, what it speaks, its models; a prompt on the command line waits for it',
  async () => {
    await using model = await fakeModel([says('a server of my own')]);
    await using server = await standIn(({ path }) => (path === '/v1/models' ? models : undefined), model);
    await using daemon = await cold({}, false);
    await using screen = new Screen(daemon, ['say hello']);
    await screen.until('Which model shall it use?');
    await screen.until(/5 {2}Another/);
    screen.press('5');
    await screen.until('Its address');
    screen.press('localhost', press.enter);
    await screen.until('An address begins with http:// or https://');
    screen.press('\u0015', press.paste(`${server.origin}/v1`), press.enter);
    await screen.until('What does it speak?');
    screen.press(press.enter);
    await screen.until('none: just enter');
    screen.press(press.enter);
    await screen.until('Which of its models?');
    screen.press(press.down);
    await screen.until('› 2  gpt-5-mini');
    screen.press(press.enter);
    await screen.until('a server of my own');
    expect(model.requests[0]).toMatchObject({ wire: 'chat', body: { model: 'gpt-5-mini' } });
  },
);

verifies('7.10', 'a key that stops working leads back here with the message, and then to the session', async () => {
  await using model = await fakeModel(({ body }) =>
    says(JSON.stringify(body.input).includes('once more') ? 'again' : 'first'),
  );
  let good = 'sk-good';
  const answer = ({ headers, path }: Asked): Answer | undefined => {
    if (headers.authorization !== `Bearer ${good}`) return refusal;
    return path.endsWith('/models') ? models : undefined;
  };
  await using server = await standIn(answer, model);
  await using daemon = await cold({ OPENAI_BASE_URL: `${server.origin}/v1` }, false);
  const login = await daemon.tcx(['login', '--with-api-key'], { stdin: 'sk-good\n' });
  expect(login).toMatchObject({ code: 0, stderr: expect.stringContaining('The key works, 2 models') });
  expect(await daemon.tcx(['login', 'status'])).toMatchObject({ code: 0 });
  await using screen = new Screen(daemon, ['hello']);
  await screen.until('first');
  good = 'sk-new';
  screen.press('more', press.enter);
  const back = await screen.until('Which model shall it use?');
  expect(back).toContain('Incorrect API key provided');
  screen.press('1');
  await screen.until('The key for OpenAI');
  screen.press('sk-new', press.enter);
  await screen.until('first');
  screen.press('once more', press.enter);
  await screen.until('again');
  expect(await daemon.tcx(['logout'])).toMatchObject({ code: 0 });
  expect(await daemon.tcx(['login', 'status'])).toMatchObject({ code: 1 });
  const exec = await daemon.tcx(['exec', '--skip-git-repo-check', 'hello'], { env: { TCX_HOME: `${daemon.home}2` } });
  expect(exec.code).toBe(1);
  expect(exec.stderr).toContain(
    'No model is configured. Set OPENAI_API_KEY or ANTHROPIC_API_KEY, run tcx login, use --oss for Ollama',
  );
  await daemon.tcx(['daemon', 'stop'], { env: { TCX_HOME: `${daemon.home}2` } });
});
