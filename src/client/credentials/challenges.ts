/** One challenge of `WWW-Authenticate` or `Proxy-Authenticate` (RFC 9110 section 11.3). */
export interface Challenge {
  /** The scheme in lower case: `digest`. */
  readonly scheme: string;
  /** What follows the scheme where that is one word, as with Negotiate; `null` otherwise. */
  readonly token68: string | null;
  /** The parameters by their names in lower case, without quotes. Of a parameter that comes twice the first counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

const SEPARATORS = /[ \t,]*/y;
const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const TOKEN68 = /[ \t]+([A-Za-z0-9\-._~+/]+=*)(?=[ \t]*(?:,|$))/y;
const VALUE = /[ \t]*=[ \t]*(?:"((?:[^"\\]|\\[^])*)"|([!#$%&'*+\-.^_`|~0-9A-Za-z]+))/y;

/**
 * The challenges in the values of `WWW-Authenticate` or `Proxy-Authenticate`: one value may hold several, and one challenge
 * several parameters, both separated by commas (RFC 9110 section 11.6.1).
 *
 * A malformed value is read up to the mistake; the challenge that has it is left out.
 *
 * @param values - the values of the field, as `MessageHeader.getAll()` returns them.
 */
export function parseChallenges(values: readonly string[]): readonly Challenge[] {
  return values.flatMap(parseValue);
}

interface OpenChallenge extends Challenge {
  readonly parameters: Map<string, string>;
}

function parseValue(text: string): readonly Challenge[] {
  const challenges: OpenChallenge[] = [];
  let at = 0;
  /** The match of a sticky pattern at the current place, which moves behind it. */
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  // What is at the start has a comma before it, as it were.
  let separator = `,${take(SEPARATORS)?.[0] ?? ''}`;
  while (at < text.length) {
    const [name] = take(TOKEN) ?? [];
    if (name === undefined) return challenges.slice(0, -1);
    const current = challenges.at(-1);
    const value = take(VALUE);
    if (value === null) {
      // Behind a scheme come its parameters; the next scheme needs a comma.
      if (!separator.includes(',')) return challenges.slice(0, -1);
      const token68 = take(TOKEN68)?.[1] ?? null;
      challenges.push({ scheme: name.toLowerCase(), token68, parameters: new Map() });
    } else if (current?.token68 !== null) {
      return challenges.slice(0, -1);
    } else {
      const key = name.toLowerCase();
      const [, quoted, bare = ''] = value;
      if (!current.parameters.has(key)) {
        current.parameters.set(key, quoted === undefined ? bare : quoted.replace(/\\([^])/g, '$1'));
      }
    }
    separator = take(SEPARATORS)?.[0] ?? '';
    if (separator === '' && at < text.length) return challenges.slice(0, -1);
  }
  return challenges;
}

/** A text as a quoted string (RFC 9110 section 5.6.4). */
export function quotedString(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
