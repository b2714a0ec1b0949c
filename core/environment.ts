/** What a model is told about where it works: the `<environment_context>` message (sessions.md §11). */
import type { SandboxMode } from './settings.ts';

export interface EnvironmentFacts {
  readonly cwd: string;
  /** Path or name. */
  readonly shell: string;
  /** ms since 1970. */
  readonly now: number;
  /** Such as `Europe/Berlin`. */
  readonly timezone: string;
  readonly sandbox: SandboxMode;
  /** Written to besides `cwd` where the sandbox allows writing. */
  readonly writableRoots: readonly string[];
}

/** The same bytes all day, as long as nothing else changes: a newer text costs the prompt cache. */
export function environmentContext(facts: EnvironmentFacts): string {
  const { cwd, shell, now, timezone } = facts;
  return [
    '<environment_context>',
    `  <cwd>${escaped(cwd)}</cwd>`,
    `  <shell>${escaped(shell.slice(shell.lastIndexOf('/') + 1))}</shell>`,
    `  <current_date>${dateIn(timezone, now)}</current_date>`,
    `  <timezone>${escaped(timezone)}</timezone>`,
    `  <filesystem>${workspace(facts)}${profile(facts.sandbox)}</filesystem>`,
    '</environment_context>',
  ].join('\n');
}

function workspace({ cwd, sandbox, writableRoots }: EnvironmentFacts): string {
  const roots = sandbox === 'workspace-write' ? [cwd, ...writableRoots] : [cwd];
  return `<workspace_roots>${roots.map((root) => `<root>${escaped(root)}</root>`).join('')}</workspace_roots>`;
}

function profile(sandbox: SandboxMode): string {
  if (sandbox === 'danger-full-access') {
    return '<permission_profile type="disabled"><file_system type="unrestricted" /></permission_profile>';
  }
  const write = sandbox === 'workspace-write' ? 'workspace_roots' : 'none';
  return `<permission_profile type="managed"><file_system type="restricted" write="${write}" /></permission_profile>`;
}

/** A day as YYYY-MM-DD. */
export function dateIn(timeZone: string, now: number): string {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}`;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
