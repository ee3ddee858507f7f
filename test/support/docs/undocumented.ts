/* What the tests of TSDoc have to find, and what they have to pass over. */

export class Bare {
  /** Documented. */
  readonly documented = true;

  method(): void {
    this.#hidden();
  }

  /** Not for users. @internal */
  inner(): void {
    this.outer();
  }

  private outer(): void {
    this.method();
  }

  #hidden(): void {
    this.inner();
  }

  *[Symbol.iterator](): Iterator<number> {
    yield 1;
  }

  static made(): Bare {
    return new Bare();
  }
}

/** Documented. */
export interface BareOptions {
  readonly size: number;
  /** Documented. */
  readonly name: string;
}

export function bare(): void {
  // Nothing to do.
}

export const BARE = 1;
