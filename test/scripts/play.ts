/**
 * A script played by hand: `node test/scripts/play.ts refactoring` starts the model server, makes a home and a folder with the
 * shop, and prints the line that opens tcx there. The script begins anew with each session; ctrl-c ends it.
 * `failing-test`, `refactoring`, `questions`; `--quick` without pauses.
 */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type FakeReply, type FakeRequest, fakeModel } from '../fake-model.ts';
import { failingTest } from './failing-test.ts';
import { shop } from './project.ts';
import { questions } from './questions.ts';
import { refactoring } from './refactoring.ts';
import { lifelike, type Pace, quick } from './words.ts';

export const scripts = { 'failing-test': failingTest, refactoring, questions } as const;

/** The reply that a conversation is at, by the calls it has outputs of: any number of sessions play a script at once, over and over. */
export function byProgress(replies: readonly FakeReply[]): (request: FakeRequest) => FakeReply {
  const before = replies.map((_, at) => replies.slice(0, at).reduce((sum, { calls }) => sum + (calls?.length ?? 0), 0));
  const all = before.at(-1)!;
  return ({ body }) => {
    const outputs = body.input.filter(({ type }) => String(type).endsWith('_output')).length;
    const goesOn = String(body.input.at(-1)?.type).endsWith('_output');
    const done = outputs % all;
    return replies[done === 0 && goesOn ? replies.length - 1 : before.findLastIndex((calls) => calls <= done)]!;
  };
}

async function play(name: keyof typeof scripts, pace: Pace) {
  await using model = await fakeModel(byProgress(scripts[name](pace)));
  const base = mkdtempSync(join(tmpdir(), 'tcx-play-'));
  const [home, folder] = [join(base, 'home'), join(base, 'shop')];
  mkdirSync(home, { mode: 0o700 });
  mkdirSync(folder);
  shop(folder, { git: true });
  const access =
    name === 'questions'
      ? 'approval_policy = "on-request"\n'
      : 'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n';
  const provider = `[model_providers.fake]\nbase_url = "${model.v1}"\nwire_api = "responses"\n[tools.update_plan]\nenabled = true\n`;
  writeFileSync(join(home, 'config.toml'), `model = "gpt-5.5"\nmodel_provider = "fake"\n${access}${provider}`);
  const bin = join(import.meta.dirname, '..', '..', 'bin', 'tcx');
  process.stdout.write(`cd ${folder} && TCX_HOME=${home} ${bin} "the login test fails: find out why and fix it"\n`);
  await once(process, 'SIGINT');
  process.stdout.write(`\nTCX_HOME=${home} ${bin} daemon stop    ends its daemon, if one runs\n`);
  rmSync(folder, { recursive: true, force: true });
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true });
  const [name = ''] = positionals;
  if (!Object.hasOwn(scripts, name))
    throw new Error(`usage: node test/scripts/play.ts ${Object.keys(scripts).join('|')}`);
  await play(name as keyof typeof scripts, values.quick ? quick : lifelike);
}
