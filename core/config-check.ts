/** The merged table as typed configuration, or everything that is wrong with it. */
import { type Config, ConfigSchema } from './config.ts';
import type { Problem } from './config-layers.ts';
import { providerProblems } from './providers.ts';
import { isTable, type Table } from './toml.ts';

export type Checked =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function checkConfig(merged: Table): Checked {
  const parsed = ConfigSchema.safeParse(merged);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.map(toProblem) };
  const problems = [...granularProblems(merged), ...providerProblems(parsed.data)];
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, config: parsed.data, warnings: [...warningsOf(merged, parsed.data)] };
}

const toProblem = (issue: { readonly path: PropertyKey[]; readonly message: string }): Problem => ({
  path: issue.path.filter((part) => typeof part !== 'symbol'),
  what: 'value',
  message: issue.message,
});

const granularOf = ({ approval_policy: policy }: Table): Table | undefined =>
  isTable(policy) && isTable(policy.granular) ? policy.granular : undefined;

const granularKeys = {
  required: ['sandbox_approval', 'rules', 'mcp_elicitations'],
  more: ['request_permissions', 'skill_approval'],
};

function* granularProblems(merged: Table): Generator<Problem> {
  const granular = granularOf(merged);
  if (!granular) return;
  for (const key of [...granularKeys.required, ...granularKeys.more]) {
    const value = granular[key];
    if (typeof value === 'boolean' || (value === undefined && !granularKeys.required.includes(key))) continue;
    yield { path: ['approval_policy', 'granular', key], what: 'value', message: 'expected true or false' };
  }
}

function* warningsOf(merged: Table, config: Config): Generator<string> {
  const policy = config.approval_policy;
  if (policy === 'untrusted' || policy === 'on-failure') {
    yield `approval_policy = "${policy}" is deprecated; use "on-request" or "never"`;
  }
  if (granularOf(merged)) yield 'approval_policy.granular is not told apart yet: it counts as "on-request"';
  const paths = config.project_doc_fallback_filenames.filter((name) => !isBareName(name));
  if (paths.length > 0) {
    yield `project_doc_fallback_filenames takes names without folders: ${paths.join(', ')} left out`;
  }
}

/** A file name that cannot leave its folder. */
export const isBareName = (name: string): boolean => /^[^/\\]+$/.test(name) && name !== '.' && name !== '..';
