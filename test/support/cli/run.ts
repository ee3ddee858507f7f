import { EventEmitter, once } from 'node:events';
import { PassThrough, Readable, type Writable } from 'node:stream';

import { runCommandLine } from '../../../src/cli/command-line.js';
import type { CommandIO } from '../../../src/cli/io.js';

/** What a command left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command finds in the place of the process. */
export interface TestIOOptions {
  readonly stdout?: Writable;
  /** What standard input has. */
  readonly stdin?: string;
  /** The streams that are terminals. */
  readonly terminals?: readonly ('stdout' | 'stderr')[];
  readonly env?: Record<string, string>;
  readonly ignoresHangup?: boolean;
}

/** Streams and signals of a command that runs inside of a test. */
export class TestIO implements CommandIO {
  readonly stdout: Writable;
  readonly stderr = new PassThrough();
  readonly signals = new EventEmitter();
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Set by a test whose terminal closes. */
  hasTerminal = true;
  readonly isHungUp = (): boolean => !this.hasTerminal;
  readonly ignoresHangup: boolean;
  readonly #out: Buffer[] = [];
  readonly #err: Buffer[] = [];
  readonly #collected = new EventEmitter();

  readonly stdin: () => AsyncIterable<Buffer>;

  constructor(options: TestIOOptions = {}) {
    this.env = options.env ?? {};
    this.ignoresHangup = options.ignoresHangup ?? false;
    this.stdout = options.stdout ?? this.#collector(this.#out);
    this.stdin = () => Readable.from([Buffer.from(options.stdin ?? '')]);
    // Like the terminal of `script`, these do not know how wide they are.
    for (const name of options.terminals ?? []) Object.assign(this[name], { isTTY: true, columns: 0 });
    this.stderr.on('data', (piece: Buffer) => this.#keep(this.#err, piece));
  }

  #collector(pieces: Buffer[]): Writable {
    return new PassThrough().on('data', (piece: Buffer) => this.#keep(pieces, piece));
  }

  #keep(pieces: Buffer[], piece: Buffer): void {
    pieces.push(piece);
    this.#collected.emit('collected');
  }

  /** Everything on standard output so far. */
  get bytes(): Buffer {
    return Buffer.concat(this.#out);
  }

  get out(): string {
    return this.bytes.toString('utf8');
  }

  get err(): string {
    return Buffer.concat(this.#err).toString('utf8');
  }

  /** Resolves with the match once standard output holds one. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    return await this.#matched(pattern, () => this.out);
  }

  /** Resolves with the match once standard error holds one. */
  async complained(pattern: RegExp): Promise<RegExpExecArray> {
    return await this.#matched(pattern, () => this.err);
  }

  async #matched(pattern: RegExp, text: () => string): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(text());
      if (match !== null) return match;
      await once(this.#collected, 'collected');
    }
  }
}

/** Runs a command line to its end. */
export async function run(args: readonly string[], io = new TestIO()): Promise<Outcome> {
  const code = await runCommandLine(args, io);
  return { code, stdout: io.out, stderr: io.err };
}

/** Runs `serve` on a free port for the time of `use`, then ends it by a signal; resolves with its outcome. */
export async function whileServing(
  use: (url: string, io: TestIO) => Promise<void>,
  args: readonly string[] = [],
): Promise<Outcome> {
  const io = new TestIO();
  const outcome = run(['serve', '--port', '0', ...args], io);
  const [, url = ''] = await io.printed(/^listening on (http:\S+)\n/);
  try {
    await use(url, io);
  } finally {
    io.signals.emit('SIGTERM');
  }
  return await outcome;
}
