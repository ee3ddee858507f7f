import { withoutQuery } from '../model/without-queries.js';

/** No text is longer, so that its length stands beside its place in one number. */
const LENGTHS = 1_024;

const MAX_METHOD = 64;
const MAX_ORIGIN = 256;
/** As much of a target as is kept of one in an error. */
const MAX_TARGET = 256;
const LONGEST = MAX_METHOD + 1 + MAX_ORIGIN + MAX_TARGET;

/** Up to that length, a call into the engine takes longer than to copy each character. */
const SHORT = 16;

const SPACE = 32;

/** What every Buffer has and its types do not: `write` without its checks, which take as long as the writing. */
type Bytes = Buffer & { latin1Write(text: string, offset: number, length: number): number };

/** Room for the methods and targets of so many changes: of the usual four of a request, 64 characters. */
export function textBytesFor(changes: number): number {
  return Math.max(16_384, changes * 16);
}

/**
 * The methods and targets of the last requests, as bytes in memory that is allocated once. To keep the strings would be to
 * keep the heads that they were cut out of, with all fields in them.
 */
export class RequestTexts {
  readonly #bytes: Bytes;
  readonly #hasQueries: boolean;
  /** Never 0, which stands for no text. */
  #next = 1;
  /** How much there would be without an end. */
  #written = 1;

  /** @param hasQueries - whether targets are read with their queries */
  constructor(length: number, hasQueries: boolean) {
    this.#bytes = Buffer.alloc(length) as Bytes;
    this.#hasQueries = hasQueries;
  }

  /**
   * Keeps a request line, and returns where; never 0.
   *
   * @param origin - what the target is of, for a call of a client
   */
  write(method: string, target: string, origin = ''): number {
    const bytes = this.#bytes;
    if (this.#next + LONGEST > bytes.length) {
      this.#written += bytes.length - this.#next;
      this.#next = 0;
    }
    const begin = this.#next;
    let at = begin;
    for (let i = 0; i < method.length && i < MAX_METHOD; i++) bytes[at++] = method.charCodeAt(i);
    bytes[at++] = SPACE;
    if (origin !== '') at += bytes.latin1Write(origin, at, MAX_ORIGIN);
    if (target.length > SHORT) at += bytes.latin1Write(target, at, MAX_TARGET);
    else for (let i = 0; i < target.length; i++) bytes[at++] = target.charCodeAt(i);
    const text = this.#written * LENGTHS + (at - begin);
    this.#next = at;
    this.#written += at - begin;
    return text;
  }

  /** The method and the target at a place; `null` if later ones have taken their room. */
  read(text: number): { readonly method: string; readonly target: string } | null {
    const begin = Math.floor(text / LENGTHS);
    if (text === 0 || this.#written - begin > this.#bytes.length - LONGEST) return null;
    const from = begin % this.#bytes.length;
    const line = this.#bytes.toString('latin1', from, from + (text % LENGTHS));
    const [method = ''] = line.split(' ', 1);
    const target = line.slice(method.length + 1);
    return { method, target: this.#hasQueries ? target : withoutQuery(target) };
  }
}
