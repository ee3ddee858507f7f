import { HTTPSessionError, TimeoutError } from '../../../src/errors/index.js';
import type { HTTPClientResponse, HTTPClientSession, RequestInit } from '../../../src/session/index.js';
import { VirtualClock } from '../../../src/transport/index.js';
import type { ClientLine, Connecting } from './client-lines.js';
import type { Far } from './far.js';

/** What code of the user throws. */
export const OWN = new Error('thrown by the user');

/** So many turns of the event loop without any progress are no chance. */
const TURNS_OF_STANDSTILL = 20;

/** What became of a fault, in the columns of the table. */
export interface Outcome {
  /** What the user's operation ended with; `-` where there was none and no error either. */
  readonly result: string;
  readonly 'ended by': string;
  /** The lifecycle state that the error names. */
  readonly 'seen in': string;
  readonly request: string;
  readonly replay: string;
  /** The lifecycle state in which the fault has left the session. */
  readonly then: string;
}

/** A body that the test gives piece by piece. */
export class Producer implements AsyncIterable<string> {
  #give: ((result: IteratorResult<string, undefined>) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;

  [Symbol.asyncIterator](): AsyncIterator<string, undefined> {
    return {
      next: () =>
        new Promise((resolve, reject) => {
          this.#give = resolve;
          this.#fail = reject;
        }),
      return: () => Promise.resolve({ done: true, value: undefined }),
    };
  }

  /** Whether the request waits for a piece. */
  get isAsked(): boolean {
    return this.#give !== undefined;
  }

  give(value: string): void {
    this.#give?.({ done: false, value });
  }

  throw(): void {
    this.#fail?.(OWN);
  }
}

/** A client session with the far end of its connection, and what its user is waiting for. */
export class ClientStage {
  readonly clock: VirtualClock;
  readonly line: ClientLine;
  readonly session: HTTPClientSession;
  readonly producer = new Producer();
  /** Of the request. */
  readonly controller = new AbortController();
  /** Of each read of the body. */
  readonly reading = new AbortController();
  /** Who consumes the response throws at the next piece. */
  consumerThrows = false;
  /** `undefined` before there is a connection. */
  far: Far | undefined;
  #ended: unknown;
  #isPending = false;

  private constructor(line: ClientLine, session: HTTPClientSession, clock: VirtualClock) {
    this.line = line;
    this.session = session;
    this.clock = clock;
  }

  static async open(line: ClientLine, connecting: Connecting): Promise<ClientStage> {
    const clock = new VirtualClock(1_700_000_000_000);
    return new ClientStage(line, await line.client(connecting, { clock }), clock);
  }

  /** Whether the user's operation is not over. */
  get isPending(): boolean {
    return this.#isPending;
  }

  async connect(reads = true): Promise<Far> {
    await this.session.connect({ host: this.session.getHost(), port: this.session.getPort() });
    return this.meet(reads);
  }

  /** Waits for the far end of the connection. */
  async meet(reads = true): Promise<Far> {
    this.far = await this.line.accepted();
    if (reads) this.far.read();
    return this.far;
  }

  /** Begins a request on a connection that there is, and waits until it has reached the far end. */
  async send(path: string, init: RequestInit = {}, consume = this.consume): Promise<void> {
    this.begin(path, init, consume);
    await this.far?.got(`${path} HTTP/1.1\r\n`);
    await this.line.settle();
  }

  begin(path: string, init: RequestInit = {}, consume = this.consume): void {
    const { signal } = this.controller;
    this.#isPending = true;
    const end = (result: unknown): void => {
      this.#ended = result;
      this.#isPending = false;
    };
    this.session
      .request({ path, signal, ...init })
      .then(consume)
      .then(end, end);
  }

  /** Reads a response to its end, and tells it in a few words. */
  readonly consume = async ({ status, body }: HTTPClientResponse): Promise<string> => {
    let text = '';
    const { signal } = this.reading;
    for (let piece = await body.read({ signal }); piece !== null; piece = await body.read({ signal })) {
      if (this.consumerThrows) throw OWN;
      text += piece.toString();
    }
    return `${String(status)} ${text}`.trim();
  };

  /** Waits until the connection takes no more of what is sent: the system's own buffers are full, too. */
  async blocked(): Promise<void> {
    const { core } = this.session;
    let bytes = -1;
    let turns = 0;
    await this.line.settle(() => {
      turns = core.isBlocked && core.bytesOut === bytes ? turns + 1 : 0;
      bytes = core.bytesOut;
      return turns === TURNS_OF_STANDSTILL;
    });
  }

  /** Completes an exchange, after which the connection is kept. */
  async reuse(): Promise<void> {
    const far = await this.connect();
    await this.send('/first');
    await far.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst');
    await this.over();
  }

  /** Waits for the end of what was begun, which has nothing to do with what comes later. */
  async over(): Promise<void> {
    await this.line.settle(() => !this.#isPending);
    if (this.#isPending || this.#ended instanceof Error)
      throw new Error(`it ended with ${String(this.#ended)}`);
    this.#ended = undefined;
  }

  /** Asks for something else, and tells what that ended with; on a connection that is lost, it opens another one. */
  async goOn(): Promise<string> {
    this.begin('/next', { signal: undefined });
    await this.line.settle(() => this.line.hasAccepted);
    const far = await this.meet();
    await far.got('/next');
    await far.send('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext');
    await this.line.settle(() => !this.#isPending);
    return String(this.#ended);
  }

  /** Answers what the client sends once more on a new connection, if it does. */
  async answerAgain(): Promise<void> {
    await this.line.settle();
    if (!this.line.hasAccepted) return;
    const far = await this.meet();
    await far.got('\r\n\r\n');
    await far.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain');
    await this.line.settle(() => !this.isPending);
  }

  /** What has become of it all. */
  outcome(): Outcome {
    const error = this.#isPending ? null : (this.#ended ?? this.session.networkException());
    const then = this.session.state;
    const none = { 'ended by': '-', 'seen in': '-', request: '-', replay: '-', then };
    if (this.#isPending) return { result: 'pending', ...none };
    if (!(error instanceof HTTPSessionError)) {
      return {
        result: error === OWN ? "the user's error" : typeof error === 'string' ? error : '-',
        ...none,
      };
    }
    const { testimony } = error;
    const { number, method, target } = testimony?.request ?? {};
    return {
      result: resultOf(error),
      'ended by': testimony?.endedBy ?? '-',
      'seen in': testimony?.state ?? '-',
      request: number === undefined ? '-' : `${String(number)}: ${String(method)} ${String(target)}`,
      replay: error.replay,
      then,
    };
  }
}

function resultOf(error: HTTPSessionError): string {
  const code = error.code.replace('ERR_HTTP_SESSION_', '');
  return `${error.name} ${error instanceof TimeoutError ? error.timer : code}`;
}
