/** The completion script for fish. */
import type { CommandSurface, FlagSurface, Surface, Values } from './completion-surface.ts';

export function fish({ root, commands }: Surface): string {
  const names = commands.flatMap((command) => command.names).join(' ');
  const none = `not __fish_seen_subcommand_from ${names}`;
  return [
    '# tcx completion for fish: tcx completion fish > ~/.config/fish/completions/tcx.fish',
    'function __tcx_sessions',
    `    tcx ls --json 2>/dev/null | string match -ra '"name":"[a-z0-9-]*"' | string replace -r '"name":"(.*)"' '$1'`,
    'end',
    'function __tcx_approvals',
    `    tcx inbox --json 2>/dev/null | string match -ra '"approval":"a[0-9]*"' | string replace -r '"approval":"(.*)"' '$1'`,
    'end',
    'complete -c tcx -f',
    ...root.flags.map((flag) => flagLine(none, flag)),
    ...commands.map(({ name, help }) => `complete -c tcx -n ${quoted(none)} -a ${name} -d ${quoted(help)}`),
    ...commands.flatMap(oneCommand),
    '',
  ].join('\n');
}

const quoted = (text: string) => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;

function oneCommand({ names, flags, first }: CommandSurface): string[] {
  const there = `__fish_seen_subcommand_from ${names.join(' ')}`;
  const words = complete(first);
  return [
    ...(words === '' ? [] : [`complete -c tcx -n ${quoted(there)} ${words}`]),
    ...flags.map((flag) => flagLine(there, flag)),
  ];
}

function flagLine(when: string, { name, short, help, value }: FlagSurface): string {
  const takes = value ? ` -r ${complete(value)}`.trimEnd() : '';
  return `complete -c tcx -n ${quoted(when)} -l ${name}${short ? ` -s ${short}` : ''}${takes} -d ${quoted(help)}`;
}

function complete(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `-a ${quoted(values.words.join(' '))}`;
    case 'session':
      return `-a '(__tcx_sessions)'`;
    case 'approval':
      return `-a '(__tcx_approvals)'`;
    case 'file':
      return '-F';
    case 'folder':
      return `-a '(__fish_complete_directories)'`;
    case 'free':
      return '';
  }
}
