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
    const given = typeof name === 'string' ? JSON.stringify(name) : String(name);
    throw new TypeError(
      `unknown ${this.#kind} ${given}${hint}; expected one of ${[...this.#names].join(', ')}`,
    );
  }

  /** The name that takes the fewest edits to come to, where few are enough for a slip. */
  #nearest(name: string): string | undefined {
    const all = [...this.#names].map((known) => ({ known, edits: editsBetween(name, known) }));
    const best = all.reduce((one, other) => (other.edits < one.edits ? other : one));
    return best.edits <= Math.max(1, best.known.length / 4) ? best.known : undefined;
  }
}

/** Dotted names and all that stands in front of their dots: of `connected.open` also `connected`. */
export function withParents<TName extends string>(names: readonly TName[]): readonly WithParents<TName>[] {
  const all = names.flatMap((name) => {
    const steps = name.split('.');
    return steps.map((_, index) => steps.slice(0, index + 1).join('.'));
  });
  return [...new Set(all)] as WithParents<TName>[];
}

/** See `withParents`. */
export type WithParents<TName extends string> = TName | ParentsOf<TName>;

type ParentsOf<TName extends string> = TName extends `${infer Outer}.${infer Inner}`
  ? Outer | `${Outer}.${ParentsOf<Inner>}`
  : never;

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
