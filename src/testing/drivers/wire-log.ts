/** What is kept of one piece of bytes, and of one journey. */
const MAX_PIECE = 160;
const MAX_ENTRIES = 80;

/** One thing that went over the wire. */
export interface WireEntry {
  /** The place of the step in the path; -1 before the first one. */
  readonly step: number;
  /** Who sent it. */
  readonly from: string;
  /** Bytes as escaped text, or what happened to the connection: `FIN`, `RST`. */
  readonly text: string;
  /** How many bytes it was; 0 for what is none. */
  readonly bytes: number;
}

/**
 * What went over the wire on one journey, in order; bounded, the oldest is forgotten first.
 *
 * @example
 * ```ts
 * const wire = new WireLog();
 * wire.beginStep(0);
 * wire.bytes('client', 'GET / HTTP/1.1\r\n\r\n');
 * wire.mark('client', 'FIN');
 * for (const { from, text } of wire.entries) console.log(from, text);
 * ```
 */
export class WireLog {
  readonly #entries: WireEntry[] = [];
  #step = -1;
  #forgotten = 0;

  /** From now on entries belong to that step. */
  beginStep(index: number): void {
    this.#step = index;
  }

  /** Notes bytes. The pieces of what is too long to be shown count as one. */
  bytes(from: string, bytes: Uint8Array | string): void {
    const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1');
    const last = this.#entries.at(-1);
    if (last?.step === this.#step && last.from === from && last.bytes > MAX_PIECE) {
      this.#entries[this.#entries.length - 1] = { ...last, bytes: last.bytes + text.length };
      return;
    }
    this.#add({ step: this.#step, from, text: quoted(text, MAX_PIECE), bytes: text.length });
  }

  /** Notes what happened to the connection: `FIN`, `RST`. */
  mark(from: string, what: string): void {
    this.#add({ step: this.#step, from, text: what, bytes: 0 });
  }

  /** All that is remembered. */
  get entries(): readonly WireEntry[] {
    return this.#entries;
  }

  /** How many entries were forgotten. */
  get forgotten(): number {
    return this.#forgotten;
  }

  #add(entry: WireEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length <= MAX_ENTRIES) return;
    this.#entries.shift();
    this.#forgotten++;
  }
}

/** The first so many characters of latin1 text in quotes, on one line and in ASCII. */
export function quoted(text: string, max = 60): string {
  return `"${escaped(text.slice(0, max))}"${text.length > max ? '…' : ''}`;
}

/** Control characters and all that is not ASCII as escapes. */
function escaped(text: string): string {
  return text
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replace(/[^\x20-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
