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
  const known = { ...options, ...HELP };
  let parsed: ParsedArguments<TOptions & typeof HELP>;
  const spelledOut = new Speller(known).spellOut(args);
  try {
    // An ES import of node:util would load what hides behind its lazy getters.
    parsed = process.getBuiltinModule('node:util').parseArgs({
      args: spelledOut,
      options: known,
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(firstSentence((error as Error).message));
  }
  if ('help' in parsed.values) throw new HelpRequest();
  return parsed;
}

/**
 * Writes arguments with long names, each with its value in one: `-XPUT` as `--method=PUT`.
 *
 * `parseArgs` takes any value that starts with a dash for an option, and answers `--timeout -1` with advice about
 * dashes. Only a value that starts with two dashes is likely to be an option.
 */
class Speller {
  readonly #options: OptionsConfig;
  readonly #names: KnownNames;
  readonly #letters: ReadonlyMap<string, string>;

  constructor(options: OptionsConfig) {
    this.#options = options;
    const names = Object.keys(options);
    this.#names = new KnownNames(
      'option',
      names.map((name) => `--${name}`),
    );
    this.#letters = new Map(names.map((name) => [options[name]?.short ?? '', name]));
  }

  /** @throws UsageError for an option that does not exist, with the one that was probably meant */
  spellOut(args: readonly string[]): string[] {
    const rest = [...args];
    const spelled: string[] = [];
    for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
      if (arg === '--') return [...spelled, arg, ...rest];
      if (arg.startsWith('--')) spelled.push(this.#long(arg, rest));
      else if (arg.startsWith('-') && arg !== '-') spelled.push(...this.#short(arg, rest));
      else spelled.push(arg);
    }
    return spelled;
  }

  #long(arg: string, rest: string[]): string {
    const [name = ''] = arg.split('=', 1);
    const error = usageErrorOf(() => {
      this.#names.check(name);
    });
    if (error !== null) throw error;
    return name === arg && this.#takesValue(name.slice(2)) ? withValue(name, name, rest) : arg;
  }

  #short(arg: string, rest: string[]): string[] {
    const spelled: string[] = [];
    for (let at = 1; at < arg.length; at++) {
      const letter = arg.charAt(at);
      const name = this.#letters.get(letter);
      if (name === undefined) throw new UsageError(`unknown option "-${letter}"`);
      if (!this.#takesValue(name)) spelled.push(`--${name}`);
      else if (at === arg.length - 1) return [...spelled, withValue(`-${letter}`, `--${name}`, rest)];
      else return [...spelled, `--${name}=${arg.slice(at + 1)}`];
    }
    return spelled;
  }

  #takesValue(name: string): boolean {
    return this.#options[name]?.type === 'string';
  }
}

/** An option with the next argument as its value. */
function withValue(given: string, name: string, rest: string[]): string {
  const value = rest.shift();
  if (value === undefined) throw new UsageError(`${given} needs a value`);
  if (!value.startsWith('--')) return `${name}=${value}`;
  throw new UsageError(`${given} needs a value; write one that starts with -- as ${name}=${value}`);
}

/** What a check throws, as an error of the usage; `null` if it passes. */
export function usageErrorOf(check: () => void): UsageError | null {
  try {
    check();
    return null;
  } catch (error) {
    // A command has too many options to list; the usage has them all.
    return new UsageError((error as Error).message.replace(/; expected one of --.*/, ''));
  }
}

/* The rest is advice about positional arguments that start with a dash, which no command here takes. */
function firstSentence(message: string): string {
  return (message.split(/\.\s/, 1)[0] ?? message).replaceAll('\n', ' ');
}

/** Reads a whole number within bounds; `typed` is what an error quotes. @throws UsageError */
export function integerOption(name: string, text: string, least: number, most: number, typed = text): number {
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(
    `${name} must be a whole number from ${String(least)} to ${String(most)} (got ${JSON.stringify(typed)})`,
  );
}

/** Reads seconds, as milliseconds above 0. @throws UsageError */
export function secondsOption(name: string, text: string, most: number): number {
  const milliseconds = /^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Math.ceil(Number(text) * 1000) : NaN;
  if (milliseconds > 0 && milliseconds <= most) return milliseconds;
  throw new UsageError(`${name} must be a number of seconds above 0 (got ${JSON.stringify(text)})`);
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
export function portOption(name: string, text: string, typed = text): number {
  return integerOption(name, text, 0, MAX_PORT, typed);
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
