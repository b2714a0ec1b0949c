/** `-i FILE[,FILE…]`: pictures that go with a prompt. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Client } from '../ipc/client.ts';
import type { ImageAsk } from '../ipc/protocol.ts';
import { Images } from '../tui/images.ts';
import type { Parsed } from './args.ts';
import { CliError, type Context } from './context.ts';

export function pictureFiles({ cwd }: Pick<Context, 'cwd'>, { flags }: Parsed): readonly string[] {
  const given = (flags.image as string[] | undefined) ?? [];
  return given
    .flatMap((names) => (existsSync(resolve(cwd, names)) ? [names] : names.split(',')))
    .map((name) => resolve(cwd, name));
}

/** A prompt and what goes with it. */
export interface Said {
  readonly text: string;
  readonly images?: ImageAsk[];
}

/** Reads them and brings them to the daemon; the text names each that it does not name yet. */
export async function sendPictures(client: Client, files: readonly string[], text: string): Promise<Said> {
  if (files.length === 0) return { text };
  const kept = new Images();
  const images = files.map((file) => {
    const read = kept.file(file);
    if (read.kind === 'refused') throw new CliError(read.why);
    return read.image;
  });
  await kept.send(client, images);
  const labels = images.map((_, at) => `[Image #${at + 1}]`).filter((label) => !text.includes(label));
  return { text: [labels.join(' '), text].filter((part) => part !== '').join(' '), images };
}
