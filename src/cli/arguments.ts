import type { parseArgs, ParseArgsConfig } from 'node:util';

import { KnownNames } from '../errors/index.js';
import { HelpRequest, UsageError } from './usage.js';

/** Options by their long names. */
export type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

/** The values of options, and the positional arguments. */
export type ParsedArguments<TOptions extends OptionsConfig> = ReturnType<
  typeof parseArgs<{ options: TOptions; allowPositionals: true }>
>;

const MAX_PORT = 65_535;

const HELP = { help: { type: 'boolean', short: 'h' } } as const;

/**
 * Parses arguments.
 *
 * @throws UsageError for unknown options and for missing or superfluous values; HelpRequest for `--help`.
 */
export function parseOptions<TOptions extends OptionsConfig>(
  args: readonly string[],
  options: TOptions,
): ParsedArguments<TOptions> {
  let parsed: ParsedArguments<TOptions & typeof HELP>;
  checkNames(args, { ...options, ...HELP });
  try {
    // An ES import of node:util would load what hides behind its lazy getters.
    parsed = process.getBuiltinModule('node:util').parseArgs({
      args: joinValues(args, options),
      options: { ...options, ...HELP },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(firstSentence((error as Error).message));
  }
  if ('help' in parsed.values) throw new HelpRequest();
  return parsed;
}

/** @throws UsageError for an option that does not exist, with the one that was probably meant */
function checkNames(args: readonly string[], options: OptionsConfig): void {
  const names = new KnownNames(
    'option',
    Object.keys(options).map((name) => `--${name}`),
  );
  for (let at = 0; at < args.length && args[at] !== '--'; at++) {
    const [name = ''] = (args[at] as string).split('=', 1);
    if (!name.startsWith('--')) continue;
    const error = usageErrorOf(() => {
      names.check(name);
    });
    if (error !== null) throw error;
    // The next argument is its value.
    if (name === args[at] && options[name.slice(2)]?.type === 'string') at++;
  }
}

/** What a check throws, as an error of the usage; `null` if it passes. */
export function usageErrorOf(check: () => void): UsageError | null {
  try {
    check();
    return null;
  } catch (error) {
    return new UsageError((error as Error).message);
  }
}

/*
 * `parseArgs` takes any value that starts with a dash for an option, and answers `--timeout -1` with advice about
 * dashes. Only a value that starts with two dashes is likely to be an option.
 */
function joinValues(args: readonly string[], options: OptionsConfig): string[] {
  const joined: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === '--') return [...joined, ...args.slice(at)];
    const takesValue = arg.startsWith('--') && options[arg.slice(2)]?.type === 'string';
    joined.push(takesValue ? `${arg}=${valueOf(arg, args[++at])}` : arg);
  }
  return joined;
}

function valueOf(option: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`${option} needs a value`);
  if (!value.startsWith('--')) return value;
  throw new UsageError(`${option} needs a value; write one that starts with -- as ${option}=${value}`);
}

/* The rest is advice about positional arguments that start with a dash, which no command here takes. */
function firstSentence(message: string): string {
  return (message.split(/\.\s/, 1)[0] ?? message).replaceAll('\n', ' ');
}

/** Reads a whole number within bounds. @throws UsageError */
export function integerOption(name: string, text: string, least: number, most: number): number {
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(
    `${name} must be a whole number from ${String(least)} to ${String(most)} (got ${JSON.stringify(text)})`,
  );
}

/** Reads one of several words. @throws UsageError */
export function choiceOption<TChoice extends string>(
  name: string,
  text: string,
  choices: readonly TChoice[],
): TChoice {
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw new UsageError(`${name} must be one of ${choices.join(', ')} (got ${JSON.stringify(text)})`);
}

/** Reads a port to listen on; 0 picks a free one. @throws UsageError */
export function portOption(name: string, text: string): number {
  return integerOption(name, text, 0, MAX_PORT);
}

/** The address to listen on, without the brackets of a URL. @throws UsageError */
export function bareHost(host: string): string {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (bare === '') throw new UsageError('--host must not be empty');
  return bare;
}

/** @throws UsageError if there are more than `most` arguments */
export function refuseMore(positionals: readonly string[], most: number): void {
  const surplus = positionals[most];
  if (surplus !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(surplus)}`);
}
