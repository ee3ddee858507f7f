/** No text is longer, so that its length stands beside its place in one number. */
const LONGEST = 1_023;
const LENGTHS = 1_024;

/** What is kept of a target without its query: as much as of one in an error. */
const MAX_TARGET = 256;

const MAX_METHOD = 64;
const MAX_ORIGIN = 256;
const MAX_WITH_QUERY = LONGEST - 1 - MAX_METHOD - MAX_ORIGIN;

const SPACE = 32;
const QUERY = 63;

/** For a character that a request line cannot have. */
const UNKNOWN = 63;

/** Room for the methods and targets of so many changes: of the usual four of a request, 64 characters. */
export function textBytesFor(changes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(4_096, changes * 16)));
}

/**
 * The methods and targets of the last requests, as bytes in memory that is allocated once. To keep the strings would be to
 * keep the heads that they were cut out of, with all fields in them.
 */
export class RequestTexts {
  readonly #bytes: Uint8Array;
  readonly #mask: number;
  readonly #hasQueries: boolean;
  #written = 0;

  /**
   * @param length - a power of two
   * @param hasQueries - whether targets are kept with their queries
   */
  constructor(length: number, hasQueries: boolean) {
    this.#bytes = new Uint8Array(length);
    this.#mask = length - 1;
    this.#hasQueries = hasQueries;
  }

  /**
   * Keeps a request line, and returns where; never 0.
   *
   * @param origin - what the target is of, for a call of a client
   */
  write(method: string, target: string, origin = ''): number {
    const begin = this.#written;
    this.#copy(method, MAX_METHOD);
    this.#bytes[this.#written++ & this.#mask] = SPACE;
    this.#copy(origin, MAX_ORIGIN);
    this.#copy(target, this.#hasQueries ? MAX_WITH_QUERY : MAX_TARGET);
    return begin * LENGTHS + (this.#written - begin);
  }

  #copy(text: string, most: number): void {
    const bytes = this.#bytes;
    const mask = this.#mask;
    const keepsAll = this.#hasQueries;
    const end = Math.min(text.length, most);
    let written = this.#written;
    for (let at = 0; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === QUERY && !keepsAll) break;
      bytes[written++ & mask] = code > 255 ? UNKNOWN : code;
    }
    this.#written = written;
  }

  /** The method and the target at a place; `null` if later ones have taken their room. */
  read(text: number): { readonly method: string; readonly target: string } | null {
    const begin = Math.floor(text / LENGTHS);
    const length = text % LENGTHS;
    if (text === 0 || this.#written - begin > this.#bytes.length) return null;
    const codes = Array.from({ length }, (_, i) => this.#bytes[(begin + i) & this.#mask] as number);
    const line = String.fromCharCode(...codes);
    const [method = ''] = line.split(' ', 1);
    return { method, target: line.slice(method.length + 1) };
  }
}
