/** `tcx exec`: one turn without a screen. Events or blocks while it runs, the answer on stdout, an exit code for scripts. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Client } from '../ipc/client.ts';
import type { SettingsAsk } from '../ipc/protocol.ts';
import { newKey, newSessionId } from '../ipc/session-id.ts';
import type { Parsed } from './args.ts';
import { CliError, type Context, exit, type Run } from './context.ts';
import { createOutput, type Output } from './exec-output.ts';
import { type Plan, planOf, waitApproval } from './exec-plan.ts';
import { type Begun, runTurn } from './exec-turn.ts';
import { insistOnMaking } from './insist.ts';
import { Interrupts } from './interrupts.ts';
import { newestSession } from './newest.ts';
import { pictureFiles, type Said, sendPictures } from './pictures.ts';
import { promptFrom } from './prompt.ts';
import { settingsAsk } from './settings.ts';

export const run: Run = async (context, parsed) => {
  const plan = planOf(parsed);
  const patience = waitApproval(parsed);
  const settings = settingsAsk(context, parsed);
  const output = createOutput(context, parsed);
  using interrupts = new Interrupts();
  const prompt = plan.needsPrompt ? await promptFrom(context, plan.prompt) : undefined;
  using client = await context.connect({ kind: 'exec', reconnect: true, heartbeatMs: 1000 });
  await checkDirectory(context, client, parsed);
  // From here on there is something that a signal has to end.
  interrupts.hold();
  const said = prompt === undefined ? undefined : await sendPictures(client, pictureFiles(context, parsed), prompt);
  const begun = await begin({ context, client, parsed, plan, ask: settings }, said);
  if (said === undefined) return report(context, output, begun.session);
  return await runTurn({ client, output, interrupts, patience, begun, said });
};

/** A fork without a prompt is only made. */
function report(context: Context, output: Output, session: string): number {
  if (output.json) output.session(session);
  else context.out(`${session}\n`);
  return exit.done;
}

/** A run without a person works only where a repository can show what it did, unless that is waived or the folder is trusted. */
async function checkDirectory({ cwd }: Context, client: Client, { flags }: Parsed) {
  const waived = ['skip-git-repo-check', 'yolo', 'dangerously-bypass-approvals-and-sandbox', 'demo'];
  if (waived.some((flag) => flags[flag]) || isInRepository(cwd)) return;
  const { trust } = await client.request('config', { cwd, overrides: (flags.config as string[] | undefined) ?? [] });
  if (trust !== 'trusted')
    throw new CliError('Not inside a trusted directory and --skip-git-repo-check was not specified.');
}

function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true;
  return folder !== dirname(folder) && isInRepository(dirname(folder));
}

interface Beginning {
  readonly context: Context;
  readonly client: Client;
  readonly parsed: Parsed;
  readonly plan: Plan;
  readonly ask: SettingsAsk;
}

/** A new session is made with its prompt in it: one commit, one wait for the disk. The others are told it as they are looked at. */
async function begin({ context, client, parsed, plan, ask }: Beginning, said: Said | undefined): Promise<Begun> {
  const key = `exec ${newKey()}`;
  const waits = parsed.flags['wait-approval'] !== undefined;
  // Without a sandbox of their own to fall back on, questions that are waited for have to be asked.
  const settings = waits ? { ...ask, approval: ask.approval ?? 'on-request' } : ask;
  if (plan.how === 'new') {
    const session = newSessionId();
    const wanted = { ...settings, unattended: !waits };
    const made = { session, cwd: context.cwd, source: 'exec' as const, settings: wanted };
    await insistOnMaking(client, () => client.request('new', { ...made, ...(said && { ...said, key }) }));
    return { how: 'new', session, key };
  }
  if (plan.how === 'fork') {
    const session = newSessionId();
    const made = { session: plan.target, as: session, source: 'exec' as const };
    await insistOnMaking(client, () => client.request('fork', made));
    return { how: 'on', session, key, settings, waits };
  }
  const session = plan.target ?? (await newestSession(client, parsed.flags.all ? {} : { cwd: context.cwd }));
  const found = await client.request('resolve', { session });
  if (found.archived) throw new CliError(`session ${found.name} is archived`, `tcx unarchive ${found.name}`);
  return { how: 'on', session: found.session, key, settings, waits };
}
