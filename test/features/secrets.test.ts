/** A provider's key: in memory only, whoever names it and whoever repeats it. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { connect } from '../../ipc/start.ts';
import { startDaemon, type TestHome } from '../daemon.ts';
import { fakeModel } from '../fake-model.ts';
import { Driven, providerAt, yolo } from '../session.ts';
import { exec } from '../toolbox.ts';
import { verifies } from '../verifies.ts';

const key = 'sk-value-that-must-not-be-found-9f3a';

const filesBelow = ({ home }: TestHome) =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
/** Every file of the home that holds the text. */
const holding = (daemon: TestHome, text: string) =>
  filesBelow(daemon).filter((path) => readFileSync(path).includes(text));

verifies(
  '4.12',
  'keys of config’s and the built-in providers are nowhere in the home, the rest of an environment is 0600',
  async () => {
    await using model = await fakeModel([{ calls: [exec('env; sleep 0.1')] }, { text: 'ok' }]);
    const config = `[model_providers.keyed]\nbase_url = "${model.v1}"\nenv_key = "MY_CREDENTIAL"\n`;
    const env = { MY_CREDENTIAL: key, ANTHROPIC_API_KEY: `${key}-2`, ORDINARY: 'variable-that-is-kept' };
    await using daemon = await startDaemon({ config, env });
    const ran = await daemon.tcx(['exec', '--yolo', '-c', 'model_provider=keyed', '-m', 'gpt-5.5', 'go']);
    expect(ran.code).toBe(0);
    expect(model.requests[0]!.headers.authorization).toBe(`Bearer ${key}`);
    expect(model.requests[1]!.text).not.toContain(key);
    expect(holding(daemon, key)).toEqual([]);
    const kept = holding(daemon, 'variable-that-is-kept').filter((path) => path.startsWith(join(daemon.home, 'env')));
    expect(kept).toHaveLength(1);
    expect(statSync(kept[0]!).mode & 0o777).toBe(0o600);
    for (const path of filesBelow(daemon).filter((file) => !file.endsWith('/config.toml')))
      expect(statSync(path).mode & 0o077, path).toBe(0);
  },
);

verifies('4.12', 'a key that only -c names is not written either', async () => {
  await using model = await fakeModel([{ calls: [exec('env')] }, { text: 'ok' }]);
  await using daemon = await startDaemon({ env: { MY_CREDENTIAL: key } });
  const overrides = [...providerAt(model, 'responses', { env_key: 'MY_CREDENTIAL' })];
  using client = await daemon.client();
  using session = await Driven.begin(
    client,
    daemon.work,
    { ...yolo, provider: 'fake', model: 'gpt-5.5', overrides },
    'go',
  );
  expect(await session.ended()).toMatchObject({ status: 'completed' });
  expect(model.requests[0]!.headers.authorization).toBe(`Bearer ${key}`);
  expect(model.requests[1]!.text).not.toContain(key);
  expect(holding(daemon, key)).toEqual([]);
});

verifies('4.12', 'a server that repeats the key in its refusal does not get it into the log', async () => {
  await using model = await fakeModel(({ headers }) => ({
    status: 400,
    body: { error: { message: `Incorrect API key provided: ${String(headers.authorization)}` } },
  }));
  const config = `[model_providers.keyed]\nbase_url = "${model.v1}"\nenv_key = "MY_CREDENTIAL"\n`;
  await using daemon = await startDaemon({ config, env: { MY_CREDENTIAL: key } });
  const ran = await daemon.tcx(['exec', '--json', '-c', 'model_provider=keyed', '-m', 'gpt-5.5', 'go']);
  expect(ran).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('Incorrect API key provided: Bearer [secret]'),
  });
  expect(ran.stdout).not.toContain(key);
  expect(holding(daemon, key)).toEqual([]);
});

verifies(
  '4.12',
  'a daemon that is killed has the key again: the holder, begun after it was brought, kept it',
  async () => {
    await using model = await fakeModel([
      { calls: [exec('sleep 600', { yield_time_ms: 250 })] },
      { text: 'one' },
      { text: 'two' },
    ]);
    const config = `[model_providers.keyed]\nbase_url = "${model.v1}"\nenv_key = "MY_CREDENTIAL"\n`;
    await using daemon = await startDaemon({ config, env: { MY_CREDENTIAL: key } });
    const id = await (async () => {
      using client = await daemon.client();
      using first = await Driven.begin(client, daemon.work, { ...yolo, provider: 'keyed', model: 'gpt-5.5' }, 'go');
      await first.ended(1);
      return first.id;
    })();
    await daemon.kill();
    await daemon.start();
    const { MY_CREDENTIAL: _, ...keyless } = daemon.env;
    using bare = await connect({
      home: daemon.home,
      build: 'test',
      kind: 'client',
      cwd: daemon.work,
      env: keyless,
      start: false,
    });
    using session = await Driven.attach(bare, id);
    await session.say('on');
    expect(await session.ended(2)).toMatchObject({ status: 'completed' });
    expect(model.requests[2]!.headers.authorization).toBe(`Bearer ${key}`);
  },
);
