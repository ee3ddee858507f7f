import { completedCommands, quoted, type CompletedCommand } from './completion-rows.js';
import type { OptionRow } from './option-table.js';

/** The script for zsh, which can be evaluated, or lie in a folder of `fpath` as `_http-session`. */
export function zshScript(): string {
  const commands = completedCommands();
  return `#compdef http-session
# Completes the arguments of http-session: eval "$(http-session completion zsh)"
_http_session() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(':', '\\:')}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}
if [[ $funcstack[1] == _http-session ]]; then
  _http_session "$@"
else
  compdef _http_session http-session
fi
`;
}

function commandCase({ name, options, words }: CompletedCommand): string {
  const specs = options.map(([option, row]) => optionSpec(option, row));
  const argument =
    name === 'get' ? "':URL:_urls'" : words.length > 0 ? quoted(`:argument:(${words.join(' ')})`) : null;
  const all = argument === null ? specs : [...specs, argument];
  return `    ${name})\n      _arguments \\\n        ${all.join(' \\\n        ')}\n      ;;`;
}

/** What `_arguments` takes: names, an explanation in brackets, and what the value is. */
function optionSpec(
  option: string,
  { type, short, multiple, help, value = '', words, file }: OptionRow,
): string {
  const long = `--${option}`;
  const names = short === undefined ? [long] : [`-${short}`, long];
  const repeat = multiple === true ? '*' : `(${names.join(' ')})`;
  const text = help.replace(/[[\]\\:]/g, '\\$&');
  const action = words !== undefined ? `(${words.join(' ')})` : file === true ? '_files' : '';
  const colon = value.startsWith('[') ? '::' : ':';
  const argument = type === 'string' ? `${colon}${option}:${action}` : '';
  const rest = quoted(`[${text}]${argument}`);
  const listed = names.length === 1 ? long : `{${names.join(',')}}`;
  return `${quoted(repeat)}${listed}${rest}`;
}
