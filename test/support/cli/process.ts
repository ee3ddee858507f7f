import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';

/** A command as a process of its own. */
export class Process {
  readonly child: ChildProcess;
  /** The exit code, or the signal that ended it; once everything it started has closed its output, too. */
  readonly ended: Promise<number | string | null>;
  #out = '';
  #err = '';
  readonly #collected = new EventEmitter();

  /** @param options - `detached`: in a process group of its own, which can be sent signals as a whole. */
  constructor(
    script: string,
    args: readonly string[] = [],
    env: Record<string, string> = {},
    options: { readonly detached?: boolean } = {},
  ) {
    this.child = spawn(process.execPath, [script, ...args], {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
      // What these builds compile to is used once.
      env: { PATH: process.env['PATH'], NODE_DISABLE_COMPILE_CACHE: '1', ...env },
    });
    this.child.stdout?.on('data', (piece: Buffer) => {
      this.#out += piece.toString('utf8');
      this.#collected.emit('collected');
    });
    this.child.stderr?.on('data', (piece: Buffer) => {
      this.#err += piece.toString('utf8');
      this.#collected.emit('collected');
    });
    this.ended = once(this.child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  /** Resolves with the match once standard output holds one. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    return await this.#matched(pattern, () => this.#out);
  }

  /** Resolves with the match once standard error holds one. */
  async complained(pattern: RegExp): Promise<RegExpExecArray> {
    return await this.#matched(pattern, () => this.#err);
  }

  async #matched(pattern: RegExp, text: () => string): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(text());
      if (match !== null) return match;
      await once(this.#collected, 'collected');
    }
  }
}
