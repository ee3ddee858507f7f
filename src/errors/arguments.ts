/**
 * Names that users may pass, such as those of states. Types check them in TypeScript; this checks them in JavaScript.
 */
export class KnownNames {
  readonly #kind: string;
  readonly #names: ReadonlySet<string>;

  /** @param kind - what they are names of, for the text of the error: `state`. */
  constructor(kind: string, names: Iterable<string>) {
    this.#kind = kind;
    this.#names = new Set(names);
  }

  /** @throws TypeError for a name that does not exist; its text has those that do. */
  check(name: unknown): void {
    if (typeof name === 'string' && this.#names.has(name)) return;
    const near = typeof name === 'string' ? this.#nearest(name) : undefined;
    const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
    throw new TypeError(
      `unknown ${this.#kind} ${describeValue(name)}${hint}; expected one of ${[...this.#names].join(', ')}`,
    );
  }

  /** The name that takes the fewest edits to come to, where few are enough for a slip. */
  #nearest(name: string): string | undefined {
    const all = [...this.#names].map((known) => ({ known, edits: editsBetween(name, known) }));
    const best = all.reduce((one, other) => (other.edits < one.edits ? other : one));
    return best.edits <= Math.ceil(best.known.length / 4) ? best.known : undefined;
  }
}

/**
 * Checks an object of options. A misspelt option would otherwise be ignored in silence. Members of the prototype count
 * like own ones, and a member that is `undefined` is as good as absent.
 *
 * @param subject - whose options they are, as in your code: `new HTTPServer()`.
 * @param known - the names of all options, made once, with a kind such as `option of new HTTPServer()`.
 * @throws TypeError for what is not an object, and for an option that does not exist.
 */
export function checkOptions(subject: string, options: unknown, known: KnownNames): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${subject}: the options must be an object (got ${describeValue(options)})`);
  }
  for (const name in options) known.check(name);
}

/**
 * Checks an option `signal`. Signals of another realm or package count, so what matters is what they can do.
 *
 * @param call - as in your code: `read()`.
 * @throws TypeError for what is neither a signal nor absent.
 */
export function checkSignal(call: string, signal: unknown): void {
  if (signal === undefined) return;
  const { aborted, addEventListener } = Object(signal) as Record<string, unknown>;
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return;
  throw new TypeError(`${call}: the signal must be an AbortSignal (got ${describeValue(signal)})`);
}

const MAX_DESCRIBED = 60;

/** A short text of any value for the text of an error; unlike `String()` it never throws. */
export function describeValue(value: unknown): string {
  try {
    if (typeof value === 'string') return JSON.stringify(value.slice(0, MAX_DESCRIBED));
    if (typeof value === 'function') return `function ${value.name || 'without a name'}`;
    if (typeof value !== 'object' || value === null) return String(value);
    if (Array.isArray(value)) return `an array of ${String(value.length)}`;
    const maker: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
    return typeof maker === 'string' && maker !== '' && maker !== 'Object' ? `a ${maker}` : 'an object';
  } catch {
    return 'a value that cannot be described';
  }
}

/** Levenshtein's distance: how many characters to add, to remove or to replace. */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 0; at < one.length; at++) {
    const next = [at + 1];
    for (let to = 0; to < other.length; to++) {
      const replaced = (row[to] as number) + Number(one[at] !== other[to]);
      next.push(Math.min(replaced, (row[to + 1] as number) + 1, (next[to] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
}
