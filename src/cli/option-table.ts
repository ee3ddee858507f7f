/** An option as `parseArgs` reads it, the usage explains it, and shells complete it. */
export interface OptionRow {
  readonly type: 'string' | 'boolean';
  /** The one letter that also names it. */
  readonly short?: string;
  readonly multiple?: boolean;
  readonly default?: string | boolean;
  /** What the usage calls its value; one in brackets may be left out. */
  readonly value?: string;
  /** What it does; lines are broken where they are printed. */
  readonly help: string;
  /** The words that it takes. */
  readonly words?: readonly string[];
  /** Whether its value names a file. */
  readonly file?: boolean;
}

/** The options of a command by their long names. */
export type OptionTable = Readonly<Record<string, OptionRow>>;

/** The widest column of names; longer ones have a line of their own. */
const MAX_NAMES = 26;
const MAX_LINE = 110;
const INDENT = '      ';

/** The lines of the usage that explain options. */
export function optionLines(table: OptionTable): string[] {
  const rows = Object.entries(table).map(([name, row]) => [namesOf(name, row), row.help] as const);
  const fitting = rows.map(([names]) => names.length).filter((length) => length <= MAX_NAMES);
  return tableLines(rows, Math.max(...fitting));
}

/** Rows of two columns; the second one wraps. */
export function tableLines(rows: readonly (readonly [string, string])[], width: number): string[] {
  const room = MAX_LINE - INDENT.length - width - 2;
  return rows.flatMap(([first, text]) => {
    const [line = '', ...more] = wrapped(text, room);
    const rest = more.map((other) => `${INDENT}${' '.repeat(width)}  ${other}`);
    if (first.length <= width) return [`${INDENT}${first.padEnd(width)}  ${line}`, ...rest];
    return [`${INDENT}${first}`, `${INDENT}${' '.repeat(width)}  ${line}`, ...rest];
  });
}

/** An option with its short name and its value: `-X, --method M`. */
function namesOf(name: string, { short, value }: OptionRow): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

/** A text in lines. */
export function wrapped(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
