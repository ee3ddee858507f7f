/** One challenge of a server or proxy (RFC 9110 section 11.3). */
export interface Challenge {
  /** The scheme, in lower case: `basic`, `digest`. */
  readonly scheme: string;
  /** Its parameters, names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  /** What stands in the place of parameters in some schemes. */
  readonly token68: string | undefined;
}

const TOKEN = "[!#$%&'*+\\-.^_`|~\\w]+";
const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"';
const PARAMETER = new RegExp(`^\\s*(${TOKEN})\\s*=\\s*(?:${QUOTED}|(${TOKEN}))\\s*(?=,|$)`, 's');
const SCHEME = new RegExp(`^\\s*(${TOKEN})(?:\\s+|(?=,|$))`);
const TOKEN68 = /^\s*([\w\-.~+/]+=*)\s*(?=,|$)/;

/**
 * The challenges of `WWW-Authenticate` or `Proxy-Authenticate`. A field may hold several, divided by the same comma as their
 * parameters: a token before a space begins another one (RFC 9110 section 11.6.1). What is malformed ends the reading of its
 * field.
 *
 * @param fields - the values of all fields.
 */
export function parseChallenges(fields: readonly string[]): Challenge[] {
  return fields.flatMap((field) => challengesIn(field));
}

function challengesIn(field: string): Challenge[] {
  const challenges: Challenge[] = [];
  let rest = field;
  for (;;) {
    rest = rest.replace(/^[\s,]+/, '');
    const scheme = SCHEME.exec(rest);
    if (scheme === null) return challenges;
    rest = rest.slice(scheme[0].length);
    const parameters = new Map<string, string>();
    let token68: string | undefined;
    for (;;) {
      const parameter = PARAMETER.exec(rest);
      if (parameter !== null) {
        const [whole, name = '', quoted, plain = ''] = parameter;
        const key = name.toLowerCase();
        // The first one counts: a later one was added by someone else.
        if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/gs, '$1') ?? plain);
        rest = rest.slice(whole.length);
      } else if (parameters.size === 0 && token68 === undefined && TOKEN68.test(rest)) {
        const [whole, value] = TOKEN68.exec(rest) as unknown as [string, string];
        token68 = value;
        rest = rest.slice(whole.length);
      } else break;
      const comma = /^[\s]*,[\s,]*/.exec(rest);
      if (comma === null) break;
      const after = rest.slice(comma[0].length);
      if (!PARAMETER.test(after)) break;
      rest = after;
    }
    challenges.push({ scheme: (scheme[1] as string).toLowerCase(), parameters, token68 });
    if (rest.trim() !== '' && !/^\s*,/.test(rest)) return challenges;
  }
}
