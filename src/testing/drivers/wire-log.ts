/** What is kept of one piece of bytes, and of one journey. */
const MAX_PIECE = 400;
const MAX_ENTRIES = 200;

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

/** What went over the wire on one journey, in order; bounded, the oldest is forgotten first. */
export class WireLog {
  readonly #entries: WireEntry[] = [];
  #step = -1;
  #forgotten = 0;

  /** From now on entries belong to that step. */
  beginStep(index: number): void {
    this.#step = index;
  }

  /** Notes bytes. */
  bytes(from: string, bytes: Uint8Array | string): void {
    const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1');
    const shown = JSON.stringify(escapeControls(text.slice(0, MAX_PIECE)));
    const left = text.length - MAX_PIECE;
    this.#add(from, shown.replaceAll('\\\\', '\\') + (left > 0 ? ` and ${String(left)} more` : ''), text.length);
  }

  /** Notes what happened to the connection: `FIN`, `RST`. */
  mark(from: string, what: string): void {
    this.#add(from, what, 0);
  }

  /** All that is remembered. */
  get entries(): readonly WireEntry[] {
    return this.#entries;
  }

  /** How many entries were forgotten. */
  get forgotten(): number {
    return this.#forgotten;
  }

  #add(from: string, text: string, bytes: number): void {
    this.#entries.push({ step: this.#step, from, text, bytes });
    if (this.#entries.length <= MAX_ENTRIES) return;
    this.#entries.shift();
    this.#forgotten++;
  }
}

/** Control characters and all that is not ASCII as escapes. */
function escapeControls(text: string): string {
  return text
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replace(/[^\x20-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
