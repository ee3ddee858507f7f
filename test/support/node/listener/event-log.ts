import type { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';

/** Events that say how a message is read, not what becomes of it, or belong to the listeners themselves. */
const UNNOTED: ReadonlySet<string> = new Set([
  ...['newListener', 'removeListener', 'readable', 'resume', 'pause', 'data', 'socket', 'prefinish'],
]);

/** Milliseconds after which a test has waited long enough. */
const PATIENCE = 10_000;

/** How an error is noted: by its code, as node:http words the same mistake in another way. */
export function named(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name;
}

/**
 * What happens on a server, in order, as lines that two servers can be compared by. A listener for `error`,
 * `data` or `timeout` would change what happens, and so there is none.
 */
export class EventLog {
  readonly lines: string[] = [];
  readonly requests: IncomingMessage[] = [];
  readonly responses: ServerResponse[] = [];

  note(line: string): void {
    this.lines.push(line);
  }

  /**
   * The lines in their order; where there were several exchanges, those of each. How the steps of two exchanges fall between
   * each other is not compared: both servers end one, and begin the next.
   */
  get comparable(): string[] {
    if (this.requests.length < 2) return [...this.lines];
    const exchangeOf = (line: string): number => Number(/^re[qs] (\d+)/.exec(line)?.[1] ?? 0);
    return this.lines.toSorted((one, other) => exchangeOf(one) - exchangeOf(other));
  }

  /** Resolves once a line matches, or as many of them as are asked for. */
  async saw(pattern: RegExp, count = 1): Promise<void> {
    const begun = performance.now();
    while (this.lines.filter((line) => pattern.test(line)).length < count) {
      if (performance.now() - begun > PATIENCE) {
        throw new Error(`waited in vain for ${String(pattern)}\n${this.lines.join('\n')}`);
      }
      await nextLoopTurn();
    }
  }

  /** Notes the events of a server, and those of the messages that it emits. */
  watchServer(server: Server): void {
    this.#watch(server, 'server', (name, values) => {
      if (name === 'connection' || name === 'secureConnection') return undefined;
      // Without a listener, nothing tells whether it was emitted.
      if (name === 'clientError' && server.listenerCount(name) === 0) return undefined;
      const [request, response] = values as [IncomingMessage, ServerResponse];
      if (name === 'request' || name === 'checkContinue' || name === 'checkExpectation') {
        this.watchExchange(request, response);
      }
      return name === 'clientError' ? named(request) : '';
    });
  }

  /** Notes the events of a request and its response, with the state of both at each. */
  watchExchange(request: IncomingMessage, response: ServerResponse): void {
    const number = String(this.requests.push(request));
    this.responses.push(response);
    const noted = (name: string, [value]: readonly unknown[]): string =>
      `${name === 'error' ? `${named(value)} ` : ''}${stateOf(request, response)}`;
    // Without a listener, the end of a request that is not read is only noted.
    request.on('close', () => undefined);
    this.#watch(request, `req ${number}`, noted);
    this.#watch(response, `res ${number}`, noted);
  }

  #watch(
    emitter: EventEmitter,
    subject: string,
    details: (name: string, values: readonly unknown[]) => string | undefined,
  ): void {
    const emit = emitter.emit.bind(emitter);
    emitter.emit = (name: string | symbol, ...values: unknown[]) => {
      if (typeof name === 'string' && !UNNOTED.has(name)) {
        const detail = details(name, values);
        if (detail !== undefined) this.note(`${subject} ${name} ${detail}`.trimEnd());
      }
      return emit(name, ...values);
    };
  }
}

function stateOf(request: IncomingMessage, response: ServerResponse): string {
  const { complete, aborted, destroyed, readableEnded } = request as unknown as Record<
    'complete' | 'aborted' | 'destroyed' | 'readableEnded',
    boolean
  >;
  const { headersSent, writableEnded, writableFinished } = response;
  const isGone = response.destroyed;
  const of = (flags: Readonly<Record<string, boolean>>): string =>
    Object.keys(flags)
      .filter((name) => flags[name])
      .join(' ');
  const incoming = of({ complete, aborted, destroyed, readableEnded });
  const outgoing = of({ headersSent, writableEnded, writableFinished, destroyed: isGone });
  return `[${incoming}] [${outgoing}]`;
}
