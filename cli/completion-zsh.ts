/** The completion script for zsh: a function `_tcx` for its completion system. */
import type { CommandSurface, FlagSurface, Surface, Values } from './completion-surface.ts';

export function zsh({ root, commands }: Surface): string {
  return `#compdef tcx
# tcx completion for zsh: tcx completion zsh > "$fpath[1]/_tcx"
_tcx() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C \\
${root.flags.map((flag) => `    ${flagSpec(flag)} \\`).join('\n')}
    '1: :->command' \\
    '*:: :->rest'
  case $state in
    command)
      local -a commands=(
${commands.map(({ name, help }) => `        ${quoted(`${name}:${help}`)}`).join('\n')}
      )
      _describe -t commands 'tcx command' commands ;;
    rest)
      case $words[1] in
${commands.map(oneCommand).join('\n')}
      esac ;;
  esac
}

# Names of sessions and approvals, as the daemon tells them.
_tcx_sessions() {
  local -a names=(\${(f)"$(tcx ls --json 2>/dev/null | tr '{,' '\\n\\n' | sed -n 's/^"name":"\\([a-z0-9-]*\\)"$/\\1/p')"})
  _describe -t sessions session names
}
_tcx_approvals() {
  local -a ids=(\${(f)"$(tcx inbox --json 2>/dev/null | tr '{,' '\\n\\n' | sed -n 's/^"approval":"\\(a[0-9]*\\)"$/\\1/p')"})
  _describe -t approvals approval ids
}

if [ "$funcstack[1]" = _tcx ]; then _tcx "$@"; else compdef _tcx tcx; fi
`;
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
/** Brackets and colons have a meaning in a specification. */
const described = (text: string) => text.replaceAll(/[[\]:\\]/g, '\\$&');

function flagSpec({ name, short, help, value }: FlagSurface): string {
  const action = value ? `:value:${complete(value)}` : '';
  const body = quoted(`[${described(help)}]${action}`);
  return short ? `'(-${short} --${name})'{-${short},--${name}}${body}` : `--${name}${body}`;
}

const oneCommand = ({ names, flags, first }: CommandSurface) => `        ${names.join('|')})
          _arguments \\
${flags.map((flag) => `            ${flagSpec(flag)} \\`).join('\n')}
            ${quoted(`1::argument:${complete(first)}`)} \\
            '*::words: ' ;;`;

function complete(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `(${values.words.join(' ')})`;
    case 'session':
      return '_tcx_sessions';
    case 'approval':
      return '_tcx_approvals';
    case 'file':
      return '_files';
    case 'folder':
      return '_directories';
    case 'free':
      return ' ';
  }
}
