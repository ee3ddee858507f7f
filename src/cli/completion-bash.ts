import { completedCommands, quoted, type CompletedCommand } from './completion-rows.js';

/** The script for bash. */
export function bashScript(): string {
  const commands = completedCommands();
  return `# Completes the arguments of http-session: eval "$(http-session completion bash)"
_http_session() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words=
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    words=${quoted([...commands.map(({ name }) => name), '--help', '--version'].join(' '))}
  else
    case "\${COMP_WORDS[1]} $previous" in
${commands.flatMap(valueCases).join('\n')}
    esac
    if [[ -z $words ]]; then
      case \${COMP_WORDS[1]} in
${commands.map(optionCase).join('\n')}
      esac
    fi
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _http_session http-session
`;
}

/** What follows an option that takes a value: words, a file, or what only the user knows. */
function valueCases({ name, options }: CompletedCommand): string[] {
  return options.flatMap(([option, { type, short, words, file, value = '' }]) => {
    if (type !== 'string') return [];
    const names = [`${name} --${option}`, ...(short === undefined ? [] : [`${name} -${short}`])];
    const pattern = names.map((text) => `"${text}"`).join('|');
    if (words !== undefined) return [`      ${pattern}) words=${quoted(words.join(' '))} ;;`];
    if (file === true) return [`      ${pattern}) COMPREPLY=($(compgen -f -- "$current")); return ;;`];
    return value.startsWith('[') ? [] : [`      ${pattern}) return ;;`];
  });
}

function optionCase({ name, options, words }: CompletedCommand): string {
  const all = [...words, ...options.map(([option]) => `--${option}`)];
  return `        ${name}) words=${quoted(all.join(' '))} ;;`;
}
