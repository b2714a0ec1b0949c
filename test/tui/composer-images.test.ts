/** Pictures in messages: from the clipboard, from a path that is dropped, from the command line, to the model on each wire. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { expect } from 'vitest';
import { startDaemon } from '../daemon.ts';
import { fakeModel } from '../fake-model.ts';
import { press, Screen } from '../screen.ts';
import { Driven, fakeAt } from '../session.ts';
import { verifies } from '../verifies.ts';
import { says, withModel } from './with-model.ts';

const ctrlV = '\u0016';

/** A picture whose bytes are those of no other. */
const png = (name: string) =>
  Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    Buffer.from('IHDR'),
    deflateSync(Buffer.from(name.repeat(9))),
  ]);
const url = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`;

verifies(
  '13.36',
  'ctrl-v, a dropped path and -i are [Image #n], renumbered, and go to the model in order',
  async () => {
    await using it = await withModel([says('seen'), says('seen again'), says('from exec')]);
    const { work } = it.daemon;
    const [one, two, three] = [png('one'), png('two'), png('three')];
    writeFileSync(join(work, 'my shot.png'), one!);
    writeFileSync(join(work, 'two.png'), two!);
    writeFileSync(join(work, 'clip.png'), three!);
    writeFileSync(join(work, 'text.png'), 'no picture');
    const bin = join(work, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'wl-paste'), `#!/bin/sh\ncat "${join(work, 'clip.png')}"\n`);
    chmodSync(join(bin, 'wl-paste'), 0o755);
    const env = { PATH: `${bin}:${it.daemon.env.PATH}` };
    await using screen = new Screen(it.daemon, ['-i', join(work, 'two.png')], { env });
    await screen.until('› [Image #1]');
    screen.press(press.paste(`'${join(work, 'my shot.png')}'`));
    await screen.until('[Image #1] [Image #2]');
    screen.press(ctrlV);
    await screen.until('[Image #1] [Image #2] [Image #3]');
    // The first is deleted: the others move up.
    screen.press('\u0001', '\u001b[3~', '\u001b[3~');
    await screen.until((text) => text.includes('› [Image #1] [Image #2]') && !text.includes('#3'));
    screen.press('\u0005', 'what are these', press.enter);
    await screen.until('seen');
    const { content } = it.model.requests[0]!.body.input.at(-1) as { content: unknown[] };
    expect(content).toEqual([
      { type: 'input_text', text: '[Image #1] [Image #2] what are these' },
      { type: 'input_image', image_url: url(one!) },
      { type: 'input_image', image_url: url(three!) },
    ]);
    screen.press(press.paste(join(work, 'text.png')));
    await screen.until('is no PNG, JPEG, GIF or WebP picture');
    const ran = await it.daemon.tcx(['exec', '-i', 'two.png,my shot.png', '--skip-git-repo-check', 'and these'], {
      cwd: work,
    });
    expect(ran).toMatchObject({ code: 0 });
    const last = it.model.requests.at(-1)!.body.input.at(-1) as { content: { image_url?: string }[] };
    expect(last.content.slice(1).map(({ image_url }) => image_url)).toEqual([url(two!), url(one!)]);
  },
);

verifies('13.36', 'each wire takes pictures in its own way; one whose bytes are not there is refused', async () => {
  await using model = await fakeModel(Array.from({ length: 4 }, () => says('ok')));
  await using daemon = await startDaemon();
  const client = await daemon.client();
  const bytes = png('wire');
  const hash = createHash('sha256').update(bytes).digest('hex');
  await client.request('blob.put', { hash, offset: 0, bytes, last: true });
  const images = [{ hash, type: 'image/png' as const }];
  const ask = async (wire: 'responses' | 'messages' | 'chat') => {
    using driven = await Driven.begin(
      client,
      daemon.work,
      fakeAt(model, wire, wire === 'messages' ? { slug: 'claude-sonnet-5' } : {}),
    );
    await client.request('say', {
      session: driven.id,
      key: `k ${wire}`,
      text: 'see [Image #1]',
      images,
      mode: 'steer',
    });
    await driven.ended();
    return JSON.stringify(model.requests.at(-1)!.body);
  };
  const data = bytes.toString('base64');
  expect(await ask('responses')).toContain(`{"type":"input_image","image_url":"data:image/png;base64,${data}"}`);
  expect(await ask('messages')).toContain(`"source":{"type":"base64","media_type":"image/png","data":"${data}"}`);
  expect(await ask('chat')).toContain(`{"type":"image_url","image_url":{"url":"data:image/png;base64,${data}"}}`);
  const missing = { hash: '0'.repeat(64), type: 'image/png' as const };
  using driven = await Driven.begin(client, daemon.work, fakeAt(model, 'chat'));
  await expect(
    client.request('say', { session: driven.id, key: 'k gone', text: 'x', images: [missing], mode: 'steer' }),
  ).rejects.toThrow(/no blob/);
  client.close();
});
