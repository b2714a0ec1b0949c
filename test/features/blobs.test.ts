/** Bodies too large for a row through the product: out of the log, whole for whoever looks, and said to be gone when they are. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startDaemon, type TestHome } from '../daemon.ts';
import { fakeModel } from '../fake-model.ts';
import { checkLegal } from '../legal-request.ts';
import { Driven, fakeAt, yolo } from '../session.ts';
import { patchCall } from '../toolbox.ts';
import { verifies } from '../verifies.ts';

const large = (letter: string) => `${letter.repeat(150_000)}\n`;
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesOf(join(folder, entry.name)) : [join(folder, entry.name)],
  );
const logOf = ({ home }: TestHome) => filesOf(join(home, 'sessions')).find((path) => path.endsWith('.jsonl'))!;

verifies(
  '11.05',
  'bodies above 64 KiB are blobs: whole over a kill for viewers, log and model, [expired] when gone',
  async () => {
    await using home = await startDaemon();
    await using model = await fakeModel(({ n }) =>
      n === 1
        ? { calls: [patchCall(`*** Begin Patch\n*** Add File: big.txt\n+${large('p')}*** End Patch`)] }
        : { text: n === 2 ? large('m') : 'ok' },
    );
    let client = await home.client();
    using session = await Driven.begin(client, home.work, { ...yolo, ...fakeAt(model, 'responses') }, large('u'));
    await session.ended();
    const { rows } = session;
    const blobs = filesOf(join(home.home, 'blobs'));
    expect(blobs.length).toBeGreaterThanOrEqual(4);
    for (const path of blobs) expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(logOf(home)).size).toBeLessThan(64 * 1024);

    const again = async () => {
      await home.kill('SIGKILL');
      await home.start();
      client = await home.client();
    };
    await again();
    using seen = await Driven.attach(client, session.id);
    expect(seen.rows).toEqual(rows);
    const log = JSON.parse((await home.tcx(['log', session.id, '--json'])).stdout) as { body: unknown }[];
    expect(log.map(({ body }) => body)).toEqual(rows.map(({ body }) => body));
    await seen.say('go on');
    await seen.ended(2);
    const asked = JSON.stringify(model.requests[2]!.body);
    for (const letter of ['u', 'p', 'm']) expect(asked).toContain(letter.repeat(150_000));

    await again();
    for (const path of blobs) rmSync(path);
    using late = await Driven.attach(client, session.id);
    expect(late.all('user')[0]).toMatchObject({ text: '[expired]' });
    expect(late.all('call')[0]).toMatchObject({ args: '[expired]' });
    expect(late.rows).toHaveLength(seen.rows.length);
    await late.say('and now');
    expect(await late.ended(3)).toMatchObject({ status: 'completed' });
    checkLegal(model.requests[3]!);
    expect(JSON.stringify(model.requests[3]!.body)).toContain('[expired]');
  },
);
