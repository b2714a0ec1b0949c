/** A call in one line, as tables and cells show it. */

const limit = 200;

export function callText(name: string, args: string): string {
  const value = parsed(args);
  const text = (field: string) => (typeof value?.[field] === 'string' ? (value[field] as string) : '');
  const line = words(name, args, text);
  return line.replaceAll(/\s+/g, ' ').trim().slice(0, limit);
}

function words(name: string, args: string, text: (field: string) => string): string {
  switch (name) {
    case 'exec_command':
      return text('cmd');
    case 'write_stdin':
      return text('chars') === '' ? 'wait for output' : `type ${JSON.stringify(text('chars'))}`;
    case 'apply_patch':
      return `edit ${patchPaths(text('input') || args).join(', ')}`;
    case 'write_file':
      return `write ${text('file_path')}`;
    case 'read_file':
      return `read ${text('file_path')}`;
    case 'list_dir':
      return `list ${text('dir_path')}`;
    case 'grep_files':
      return `search ${text('pattern')}`;
    case 'update_plan':
      return 'update the plan';
    default:
      return name;
  }
}

function parsed(args: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(args);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // A patch is no JSON, and a model may write what is none.
  }
}

const patchPaths = (patch: string) =>
  [...patch.matchAll(/^\*\*\* (?:Add|Update|Delete) File: (.+)$/gm)].map((match) => match[1]!.trim());
