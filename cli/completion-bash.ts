/** The completion script for bash 3.2 and newer, without bash-completion. */
import type { CommandSurface, FlagSurface, Surface, Values } from './completion-surface.ts';

export function bash({ root, commands }: Surface): string {
  const names = commands.flatMap((command) => command.names);
  return `# tcx completion for bash: source <(tcx completion bash)
_tcx() {
  local cur=\${COMP_WORDS[COMP_CWORD]} command= flag= words=0 i=1
  while [ "$i" -lt "$COMP_CWORD" ]; do
    case \${COMP_WORDS[i]} in
${patternsOf(root.flags.filter(takesValue))
  .map((pattern) => `      ${pattern}) i=$((i + 1)) ;;`)
  .join('\n')}
      -*) ;;
      *) case " ${names.join(' ')} " in *" \${COMP_WORDS[i]} "*) command=\${COMP_WORDS[i]}; break ;; *) return ;; esac ;;
    esac
    i=$((i + 1))
  done
  flag=\${COMP_WORDS[COMP_CWORD-1]}
  case $command in
${commands.map((command) => oneCommand(command)).join('\n')}
    *)
      ${valueCases(root)}
      case $cur in -*) _tcx_words '${flagWords(root)}' ;; *) _tcx_words '${commands.map(({ name }) => name).join(' ')}' ;; esac ;;
  esac
}

# How many words stand between the command and this one that are neither flags nor their values.
_tcx_count() {
  i=$((i + 1))
  while [ "$i" -lt "$COMP_CWORD" ]; do
    case $1 in
      *" \${COMP_WORDS[i]} "*) i=$((i + 1)) ;;
      *) case \${COMP_WORDS[i]} in -*) ;; *) words=$((words + 1)) ;; esac ;;
    esac
    i=$((i + 1))
  done
}

_tcx_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_tcx_folders() { compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); }
_tcx_files() { compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); }
# Names of sessions and approvals, as the daemon tells them.
_tcx_sessions() { _tcx_words "$("\${COMP_WORDS[0]}" ls --json 2>/dev/null | tr '{,' '\\n\\n' | sed -n 's/^"name":"\\([a-z0-9-]*\\)"$/\\1/p')"; }
_tcx_approvals() { _tcx_words "$("\${COMP_WORDS[0]}" inbox --json 2>/dev/null | tr '{,' '\\n\\n' | sed -n 's/^"approval":"\\(a[0-9]*\\)"$/\\1/p')"; }

complete -F _tcx tcx
`;
}

const takesValue = ({ value }: FlagSurface) => value !== undefined;
const patternsOf = (flags: readonly FlagSurface[]) =>
  flags.map(({ name, short }) => `--${name}${short ? `|-${short}` : ''}`);

const flagWords = ({ flags }: CommandSurface) =>
  flags.map(({ name, short }) => `--${name}${short ? ` -${short}` : ''}`).join(' ');

function oneCommand(command: CommandSurface): string {
  const takes = command.flags
    .filter(takesValue)
    .flatMap(({ name, short }) => [`--${name}`, ...(short ? [`-${short}`] : [])]);
  return `    ${command.names.join('|')})
      ${valueCases(command)}
      _tcx_count ' ${takes.join(' ')} '
      case $cur in
        -*) _tcx_words '${flagWords(command)}' ;;
        *) if [ "$words" -eq 0 ]; then ${complete(command.first)}; fi ;;
      esac ;;`;
}

/** After a flag that takes a value, only its value. */
function valueCases({ flags }: CommandSurface): string {
  const cases = flags.flatMap((flag) =>
    flag.value ? [`${patternsOf([flag])[0]}) ${complete(flag.value)}; return ;;`] : [],
  );
  return `case $flag in ${cases.join(' ')} esac`;
}

function complete(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `_tcx_words '${values.words.join(' ')}'`;
    case 'session':
      return '_tcx_sessions';
    case 'approval':
      return '_tcx_approvals';
    case 'file':
      return '_tcx_files';
    case 'folder':
      return '_tcx_folders';
    case 'free':
      return ':';
  }
}
