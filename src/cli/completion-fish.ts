import { completedCommands, type CompletedCommand } from './completion-rows.js';

/** The script for fish. */
export function fishScript(): string {
  const commands = completedCommands();
  return `# Completes the arguments of http-session.
complete -c http-session -f
complete -c http-session -n __fish_use_subcommand -l help -d 'lists the commands'
complete -c http-session -n __fish_use_subcommand -l version -d 'prints the version'
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ name, summary, options, words }: CompletedCommand): string[] {
  const within = `complete -c http-session -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
  return [
    `complete -c http-session -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ...(words.length === 0 ? [] : [`${within} -a ${quoted(words.join(' '))}`]),
    ...options.map(([option, { type, short, help, words: values, file, value = '' }]) => {
      const letter = short === undefined ? '' : ` -s ${short}`;
      // -r wants a value, -x one that is no file, -F offers files.
      const wants = type !== 'string' || value.startsWith('[') ? '' : file === true ? ' -r -F' : ' -x';
      const list = values === undefined ? '' : ` -a ${quoted(values.join(' '))}`;
      return `${within}${letter} -l ${option}${wants}${list} -d ${quoted(help)}`;
    }),
  ];
}

/** A text between single quotes, as fish reads it. */
function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
