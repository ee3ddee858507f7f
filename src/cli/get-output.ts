import { createWriteStream, type WriteStream } from 'node:fs';
import { Writable } from 'node:stream';

import type { Clock } from '../transport/index.js';
import { isTerminal, writeTo } from './io.js';
import { indentedJson } from './json-text.js';

type Pieces = AsyncIterable<Uint8Array>;

/** The most bytes of JSON that are indented, and for how long a terminal waits for the end of a text, in milliseconds. */
const MAX_INDENTED = 4_194_304;
const MAX_WAIT = 2_000;

const NEWLINE = 0x0a;

/** How to print one response. */
export interface Printing {
  /** What stands before the body. */
  readonly head: Buffer;
  /** Whether the body is JSON, which terminals show indented. */
  readonly isJson: boolean;
  /** Whether all is printed at once: pieces of several responses must not mix. */
  readonly isWhole: boolean;
}

/** Prints responses: the bytes as they are, and for people, on a terminal, indented and with a newline at the end. */
export class ResponsePrinter {
  readonly #stdout: Writable;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #isTerminal: boolean;
  #last = NEWLINE;

  constructor(stdout: Writable, clock: Pick<Clock, 'now'>) {
    this.#stdout = stdout;
    this.#clock = clock;
    this.#isTerminal = isTerminal(stdout);
  }

  /** @throws what the pieces throw; what `writeTo` throws */
  async print(pieces: Pieces, { head, isJson, isWhole }: Printing): Promise<void> {
    const isIndented = isJson && this.#isTerminal;
    if (!isWhole) {
      await this.#write(head);
      await this.#printPieces(isIndented ? this.#indented(pieces) : pieces);
      return;
    }
    const body = await wholeOf(pieces);
    await this.#write(Buffer.concat([head, isIndented ? indentedBytes(body) : body, this.#missingEnd(body)]));
  }

  async #printPieces(pieces: Pieces): Promise<void> {
    let isWriting = false;
    try {
      for await (const piece of pieces) {
        isWriting = true;
        await this.#write(piece);
        isWriting = false;
      }
    } catch (error) {
      if (!isWriting) await this.#endLine();
      throw error;
    }
    await this.#endLine();
  }

  /** The prompt of a shell belongs on a line of its own. */
  async #endLine(): Promise<void> {
    if (this.#isTerminal && this.#last !== NEWLINE) await this.#write(Buffer.from('\n'));
  }

  #missingEnd(body: Buffer): Buffer {
    const isMissing = this.#isTerminal && body.length > 0 && body.at(-1) !== NEWLINE;
    return Buffer.from(isMissing ? '\n' : '');
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    await writeTo(this.#stdout, bytes);
    this.#last = bytes.at(-1) as number;
  }

  /** One piece, indented; the pieces themselves where there are too many, or where they come one by one. */
  async *#indented(pieces: Pieces): Pieces {
    const begin = this.#clock.now();
    let held: Uint8Array[] | null = [];
    let length = 0;
    for await (const piece of pieces) {
      if (held === null) {
        yield piece;
        continue;
      }
      held.push(piece);
      length += piece.length;
      if (length <= MAX_INDENTED && this.#clock.now() - begin < MAX_WAIT) continue;
      yield Buffer.concat(held);
      held = null;
    }
    if (held !== null) yield indentedBytes(Buffer.concat(held));
  }
}

function indentedBytes(body: Buffer): Buffer {
  if (body.length > MAX_INDENTED) return body;
  const text = body.toString('utf8');
  const indented = indentedJson(text);
  return indented === null ? body : Buffer.from(indented);
}

/** All pieces in one. */
export async function wholeOf(pieces: Pieces): Promise<Buffer> {
  const whole: Uint8Array[] = [];
  for await (const piece of pieces) whole.push(piece);
  return Buffer.concat(whole);
}

/** A file that takes the place of standard output. It is opened by the first byte, or when it is complete. */
export class OutputFile {
  readonly #path: string;
  #file: WriteStream | null = null;
  /** What is written to. */
  readonly stream: Writable;

  constructor(path: string) {
    this.#path = path;
    this.stream = new Writable({
      write: (piece, _encoding, done) => this.#opened().write(piece, named(done)),
      final: (done) => this.#opened().once('error', named(done)).end(done),
    }).on('error', () => undefined);
  }

  #opened(): WriteStream {
    return (this.#file ??= createWriteStream(this.#path).on('error', () => undefined));
  }

  /** Closes it. @param isComplete - whether a file without a byte is what was asked for. @throws Error that names the cause */
  async close(isComplete: boolean): Promise<void> {
    if (this.#file === null && !isComplete) return;
    await new Promise<void>((resolve, reject) => {
      this.stream.once('error', reject).end(resolve);
    });
  }
}

type Done = (error?: Error | null) => void;

function named(done: Done): Done {
  return (error) => {
    if (error === undefined || error === null) done();
    else done(new Error(`cannot write to the file: ${error.message}`, { cause: error }));
  };
}
