/** `tcx doctor`: every check with at most one remedy, nothing secret, exit 1 on a failure, and what there is without a daemon. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startDaemon, until } from '../daemon.ts';
import { verifies } from '../verifies.ts';
import { begin, scene } from './scene.ts';

interface Report {
  readonly schemaVersion: number;
  readonly generatedAt: string;
  readonly overallStatus: string;
  readonly tcxVersion: string;
  readonly checks: Readonly<Record<string, Found>>;
}
interface Found {
  readonly id: string;
  readonly category: string;
  readonly status: string;
  readonly summary: string;
  readonly details: Readonly<Record<string, string>>;
  readonly remediation: string | null;
  readonly durationMs: number;
}

const report = (stdout: string) => JSON.parse(stdout) as Report;

verifies('13.33', 'the report has every check, by id, with what it found and how long it took', async () => {
  await using set = await scene(() => ({ text: 'ok' }));
  const { home } = set;
  await home.tcx(['exec', 'hello']);
  const ran = await home.tcx(['doctor', '--json']);
  expect(ran.code).toBe(0);
  const found = report(ran.stdout);
  expect(found).toMatchObject({ schemaVersion: 1, overallStatus: 'warning', tcxVersion: '0.1.0' });
  expect(Object.keys(found.checks).sort()).toEqual(
    [
      'auth.credentials',
      'config.load',
      'daemon.holder',
      'daemon.service',
      'daemon.socket',
      'daemon.status',
      'git.environment',
      'network.env',
      'network.provider_reachability',
      'runtime.path',
      'runtime.provenance',
      'runtime.search',
      'runtime.skew',
      'sandbox.helpers',
      'state.index_parity',
      'state.journal',
      'state.paths',
      'system.disk',
      'system.environment',
      'terminal.env',
    ].sort(),
  );
  for (const [id, check] of Object.entries(found.checks)) {
    expect(check).toMatchObject({ id, durationMs: expect.any(Number), summary: expect.stringMatching(/./) });
    if (check.status === 'ok') expect(check.remediation).toBeNull();
    else expect(check.remediation).toMatch(/./);
  }
  expect(found.checks['network.provider_reachability']).toMatchObject({ status: 'ok', details: { provider: 'fake' } });
  expect(found.checks['state.index_parity']!.details).toMatchObject({ logs: '1', unknown: '0', gone: '0' });
  const text = (await home.tcx(['doctor'])).stdout;
  expect(text.split('\n')[0]).toMatch(/^!! this build runs no command in a sandbox/);
  expect(text).toMatch(/\n {2}ok git\.environment {16}git version /);
  expect(text.trim().split('\n').at(-1)).toMatch(/^\d+ ok, 1 warnings, 0 failed$/);
  expect((await home.tcx(['doctor', '--summary'])).stdout).toMatch(/^\d+ ok, 1 warnings, 0 failed\n$/);
  expect((await home.tcx(['doctor', '--all'])).stdout).toContain(`       home: ${home.home}\n`);
});

verifies('13.33', 'a failure is exit 1 with its remedy, and no secret is in the report', async () => {
  const secret = 'sk-very-secret-1234567890';
  const env = { OPENAI_API_KEY: secret, HTTPS_PROXY: 'http://user:hunter22@proxy.example:8080' };
  await using home = await startDaemon({ env, config: 'openai_base_url = "http://127.0.0.1:9/v1"\n' });
  const ran = await home.tcx(['doctor', '--json']);
  expect(ran.code).toBe(1);
  const { checks, overallStatus } = report(ran.stdout);
  expect(overallStatus).toBe('fail');
  expect(checks['network.provider_reachability']).toMatchObject({
    status: 'fail',
    summary: expect.stringMatching(/^http:\/\/127\.0\.0\.1:9 does not answer/),
    remediation: expect.stringContaining('base_url'),
  });
  expect(checks['auth.credentials']).toMatchObject({ status: 'ok', details: { variables: 'OPENAI_API_KEY' } });
  expect(checks['network.env']!.details.HTTPS_PROXY).toBe('http://[hidden]@proxy.example:8080');
  for (const hidden of [secret, 'hunter22']) expect(ran.stdout).not.toContain(hidden);
  chmodSync(join(home.home, 'run', 'tcxd.sock'), 0o666);
  const open = report((await home.tcx(['doctor', '--json'])).stdout).checks['daemon.socket']!;
  expect(open).toMatchObject({ status: 'fail', remediation: expect.stringContaining('chmod 600') });
  writeFileSync(join(home.home, 'config.toml'), 'model = 1\n');
  const config = await until(async () => {
    const check = report((await home.tcx(['doctor', '--json'])).stdout).checks['config.load']!;
    return check.status === 'fail' ? check : undefined;
  });
  expect(config.details.text).toMatch(/config\.toml:1:9/);
});

verifies('13.33', 'when no daemon can start, it says so and checks what it can itself', async () => {
  await using home = await startDaemon({ cold: true });
  mkdirSync(join(home.home, 'run'));
  chmodSync(join(home.home, 'run'), 0o755);
  const ran = await home.tcx(['doctor', '--json']);
  expect(ran.code).toBe(1);
  const { checks } = report(ran.stdout);
  expect(checks['daemon.status']).toMatchObject({
    status: 'fail',
    summary: expect.stringMatching(
      /^tcxd could not be asked, so only what needs none was looked at: cannot run for the home/,
    ),
    remediation: expect.stringContaining('TCX_HOME'),
  });
  for (const id of ['runtime.provenance', 'terminal.env', 'state.home', 'system.disk', 'daemon.leftovers'])
    expect(checks[id], id).toBeDefined();
});

verifies('13.33', 'doctor session looks at one session and its log', async () => {
  await using set = await scene(() => ({ text: 'ok' }));
  const { home } = set;
  const id = await begin(home, 'hello');
  await home.tcx(['wait', id]);
  const ran = await home.tcx(['doctor', 'session', id, '--json']);
  expect(ran.code).toBe(0);
  expect(report(ran.stdout).checks.session).toMatchObject({
    status: 'ok',
    summary: expect.stringMatching(/^\d+ rows, none missing$/),
  });
  expect(await home.tcx(['doctor', 'sesion', id])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('tcx doctor session SESSION'),
  });
});
