/** What a folder's project brings with it that counts only when somebody trusts it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseToml } from '../core/toml.ts';
import type { ProjectInfo } from '../ipc/messages.ts';

const instructionFiles = ['AGENTS.md', 'AGENTS.override.md'];

/** What a project would have us do: read, never run, until somebody trusts it. */
export async function projectInfo(root: string): Promise<ProjectInfo> {
  const texts = await Promise.all(
    [...instructionFiles, '.codex/config.toml', '.tcx/config.toml', '.mcp.json', '.codex/hooks.json'].map((path) =>
      readFile(join(root, path), 'utf8').catch(() => undefined),
    ),
  );
  const [agents, override, codex, own, mcp, hooks] = texts;
  const tables = [codex, own].flatMap((text) => {
    const parsed = text === undefined ? undefined : parseToml(text);
    return parsed?.ok ? [parsed.table] : [];
  });
  const count = (value: unknown) => (value && typeof value === 'object' ? Object.keys(value).length : 0);
  const inTables = (key: string) => tables.reduce((sum, table) => sum + count(table[key]), 0);
  return {
    root,
    brings: {
      instructions: agents !== undefined || override !== undefined,
      servers: inTables('mcp_servers') + count(jsonIn(mcp)?.mcpServers),
      hooks: inTables('hooks') + count(jsonIn(hooks)?.hooks),
    },
  };
}

function jsonIn(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>);
  } catch {
    return undefined; // What nobody can read brings nothing.
  }
}
