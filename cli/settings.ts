/** The flags that choose how a session runs, as the daemon is asked for them. */
import { resolve } from 'node:path';
import type { SettingsAsk } from '../ipc/protocol.ts';
import { type Parsed, UsageError } from './args.ts';
import type { Context } from './context.ts';

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

const sandboxes = ['read-only', 'workspace-write', 'danger-full-access'] as const;
const localProviders = ['ollama', 'lmstudio'] as const;
const approvals = ['untrusted', 'on-failure', 'on-request', 'never'] as const;

function oneOf<Value extends string>(
  flag: string,
  value: string | undefined,
  allowed: readonly Value[],
): Value | undefined {
  if (value === undefined) return undefined;
  if ((allowed as readonly string[]).includes(value)) return value as Value;
  throw new UsageError(`invalid value '${value}' for '--${flag}'`, `possible values: ${allowed.join(', ')}`);
}

export function settingsAsk(context: Context, { flags }: Parsed): SettingsAsk {
  const yolo = flags.yolo || flags['dangerously-bypass-approvals-and-sandbox'];
  const sandbox = yolo ? 'danger-full-access' : oneOf('sandbox', text(flags.sandbox), sandboxes);
  const approval = yolo ? 'never' : oneOf('ask-for-approval', text(flags['ask-for-approval']), approvals);
  const model = text(flags.model);
  const script = text(flags.script);
  const overrides = [
    ...((flags.config as string[] | undefined) ?? []),
    ...(script ? [`demo.script=${JSON.stringify(resolve(context.cwd, script))}`] : []),
  ];
  return {
    ...(flags.oss
      ? { provider: oneOf('local-provider', text(flags['local-provider']), localProviders) ?? 'ollama' }
      : {}),
    ...(flags.demo || script ? { provider: 'demo' } : {}),
    ...(model && { model }),
    ...(sandbox && { sandbox }),
    ...(approval && { approval }),
    ...(overrides.length > 0 && { overrides }),
  };
}
