const CR = 0x0d;
const LF = 0x0a;

/**
 * Finds where a head ends: behind the first empty line that comes after one that is not empty. It judges line ends and
 * nothing else.
 */
export class HeadBoundary {
  readonly #badLineEnd: () => Error;
  /** Bytes of the present line, without its CR. */
  #lineBytes = 0;
  #isAfterCR = false;
  #hasLine = false;
  /** Empty lines before the first line; an empty line there ends no head, as a head has a start line. */
  leadingEmptyLines = 0;
  /** Bytes that were passed, all of them of the head. */
  length = 0;
  complete = false;

  /** @param badLineEnd - the error for a CR or LF that does not stand in a CRLF. */
  constructor(badLineEnd: () => Error) {
    this.#badLineEnd = badLineEnd;
  }

  /** Whether some of the head has been seen. */
  get begun(): boolean {
    return this.#hasLine || this.#lineBytes > 0 || this.#isAfterCR;
  }

  /** Passes over bytes, `max` of the head at the most; returns how many of them belong to the head. */
  pass(bytes: Uint8Array, max = Infinity): number {
    let at = 0;
    while (at < bytes.length && !this.complete && this.length < max) {
      this.#step(bytes[at] as number);
      this.length++;
      at++;
    }
    return at;
  }

  #step(byte: number): void {
    // RFC 9112 section 2.2: neither a bare CR nor a bare LF is to be tolerated, as readers disagree about both.
    if (this.#isAfterCR !== (byte === LF)) throw this.#badLineEnd();
    if (byte === LF) this.#endLine();
    else if (byte !== CR) this.#lineBytes++;
    this.#isAfterCR = byte === CR;
  }

  #endLine(): void {
    if (this.#lineBytes > 0) this.#hasLine = true;
    else if (this.#hasLine) this.complete = true;
    else this.leadingEmptyLines++;
    this.#lineBytes = 0;
  }
}
