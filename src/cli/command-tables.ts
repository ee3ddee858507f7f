import { GET_TABLE } from './get-table.js';
import type { OptionTable } from './option-table.js';
import { SERVE_TABLE } from './serve-table.js';
import { SHOW_TABLE } from './show-table.js';

/** The charts that can be shown, by their names on the command line. */
export const DIAGRAM_CHARTS = [
  'session',
  'exchange',
  'server',
  'pool',
  'worker',
  'origin',
  'place',
  'call',
] as const;

/** How charts are printed. */
export const DIAGRAM_FORMATS = ['mermaid', 'json', 'svg'] as const;

/** The shells that can complete arguments. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** The options of `http-session start` and of `npm start`. */
export const START_TABLE = {
  ...SERVE_TABLE,
  port: {
    ...{ type: 'string', value: 'N' },
    help: 'port to listen on; 0 picks a free one (8080, or a free one if that is in use)',
  },
  trace: {
    ...{ type: 'boolean', default: false },
    help: 'prints every transition of the connections that send the traffic, instead of the counts',
  },
} as const satisfies OptionTable;

/** The options of `http-session inspect`. */
export const INSPECT_TABLE = {
  host: {
    ...{ type: 'string', default: '127.0.0.1', value: 'ADDRESS' },
    help: 'address to listen on (127.0.0.1)',
  },
  port: {
    ...{ type: 'string', default: '8090', value: 'N' },
    help: 'port to listen on; 0 picks a free one (8090)',
  },
  'allow-host': SERVE_TABLE['allow-host'],
} as const satisfies OptionTable;

/** The options of `http-session diagram`. */
export const DIAGRAM_TABLE = {
  format: {
    ...{ type: 'string', default: 'mermaid', value: 'mermaid|json|svg', words: DIAGRAM_FORMATS },
    help: 'how the chart is written (mermaid)',
  },
} as const satisfies OptionTable;

/** What the usage and the shells know of a command. */
export interface CommandRow {
  /** Its arguments, as the usage names them. */
  readonly args: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** What else there is to say, one text for each paragraph. */
  readonly more?: readonly string[];
  readonly options: OptionTable;
  /** The words that its argument may be. */
  readonly words?: readonly string[];
}

/** The commands, in the order of the usage. */
export const COMMAND_ROWS = {
  serve: {
    args: '[options]',
    summary: 'Serves example routes until SIGINT, SIGTERM or a closed terminal drains it.',
    more: [
      'Routes: GET /, /headers, /json, /big, /204, /304, /slow?seconds=N, /sessions; POST /echo, /sink, /slow-read.',
    ],
    options: SERVE_TABLE,
  },
  get: {
    args: 'URL [options]',
    summary: 'Requests an http: or https: URL; without a scheme it is http:.',
    more: [
      'The body goes to standard output; on a terminal JSON is indented, and a line on standard error has the status. Redirects are followed with -L alone.',
      'The exit code is 0, 1 after a failed request (with --json only if --fail is given), and 2 for wrong arguments.',
    ],
    options: GET_TABLE,
  },
  start: {
    args: '[options]',
    summary: 'Serves as serve --inspect does, with a little traffic to watch: what npm start runs.',
    more: ['The port and that of the page are those of PORT and INSPECT_PORT unless options say otherwise.'],
    options: START_TABLE,
  },
  inspect: {
    args: '[options]',
    summary: 'Serves the inspector page alone; programs report to it at ws://127.0.0.1:PORT.',
    more: [
      'They report with createWebSocketInspector of @statelyai/inspect or inspectSessions of this package. The page is read-only and works offline.',
    ],
    options: INSPECT_TABLE,
  },
  show: {
    args: 'FILE [options]',
    summary: 'Prints a recording of recordSessions() or of the page; - is standard input.',
    more: [
      'The table has a line for each change, each request and each error. jsonl has an object a line, with its type: change, request or error.',
    ],
    options: SHOW_TABLE,
  },
  diagram: {
    args: '[CHART] [options]',
    summary: "Prints a chart as Mermaid text, JSON for Stately's editor, or an SVG drawing.",
    more: [`Charts: ${DIAGRAM_CHARTS.join(', ')}; session unless you name one.`],
    options: DIAGRAM_TABLE,
    words: DIAGRAM_CHARTS,
  },
  completion: {
    args: SHELLS.join('|'),
    summary: 'Prints a script that has a shell complete commands and options.',
    more: [
      'For bash: eval "$(http-session completion bash)" in ~/.bashrc; the same for zsh, after compinit in ~/.zshrc. For fish: http-session completion fish > ~/.config/fish/completions/http-session.fish',
    ],
    options: {},
    words: SHELLS,
  },
  help: {
    args: '[COMMAND]',
    summary: 'Explains a command, as COMMAND --help does.',
    options: {},
  },
} as const satisfies Readonly<Record<string, CommandRow>>;

/** The name of a command. */
export type CommandName = keyof typeof COMMAND_ROWS;

/** The names of all commands. */
export const COMMAND_NAMES = Object.keys(COMMAND_ROWS) as CommandName[];

/** Whether there is such a command. */
export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMAND_ROWS, name);
}
