import type { ServerModelEvent } from '../../models/server-model.js';
import type { DrivenSystem, Journey, Step } from '../driver.js';
import { eventually, settled } from '../patience.js';
import { openLine, type ClientLine, type ServerAddress, type ServerConnector } from './client-line.js';
import { sendingOf, type AskedFor, type RequestTargets } from './requests.js';
import { readResponses, type SeenResponses } from './responses.js';
import { objectionTo } from './verdict.js';

/** What a server is driven with. */
export interface ServerSetting {
  readonly address: ServerAddress | ServerConnector;
  readonly targets: RequestTargets;
  /** Lets the time pass after which the server gives up waiting. */
  readonly timeouts: ServerTimeouts;
  /** Milliseconds. */
  readonly patience: number;
}

/**
 * Lets time pass, until the server should have given up: by a virtual clock, or by nothing at all where the time of the
 * server is below three seconds.
 */
export interface ServerTimeouts {
  /** Waiting for the next request. */
  readonly idle?: (() => void | Promise<void>) | undefined;
  /** Waiting for the rest of a head. */
  readonly head?: (() => void | Promise<void>) | undefined;
  /** Waiting for the rest of a body. */
  readonly body?: (() => void | Promise<void>) | undefined;
}

/** A client that walks one path with a server. */
export class ServerSystem implements DrivenSystem<ServerModelEvent> {
  readonly #setting: ServerSetting;
  readonly #journey: Journey<ServerModelEvent>;
  #line: ClientLine | null = null;
  /** The complete requests of this connection. */
  #asked: AskedFor[] = [];
  #begun: { readonly left: string; readonly request: AskedFor } | null = null;

  constructor(setting: ServerSetting, journey: Journey<ServerModelEvent>) {
    this.#setting = setting;
    this.#journey = journey;
  }

  async perform(step: Step<ServerModelEvent>): Promise<void> {
    const { event, payload } = step;
    if (event === 'connect') return this.#connect();
    const line = this.#line;
    if (line === null) throw new Error('there is no connection');
    const sending = sendingOf(event, payload, this.#setting.targets);
    if (sending !== null) {
      await line.send(sending.text, payload['cuts'] as readonly number[] | undefined);
      this.#asked.push(...sending.completes);
      const { begun, left = '' } = sending;
      if (begun !== undefined) this.#begun = { left, request: begun };
    }
    await this.#others[event]?.(line, step);
  }

  async see(expected: string): Promise<string> {
    const line = this.#line;
    if (line === null) return 'unconnected';
    if (line.isReset) {
      await settled();
      return 'closed';
    }
    await this.#awaitEvidence(expected, line);
    // What comes too much comes late.
    await settled();
    const seen = this.#read(line);
    const objection = objectionTo(expected, {
      ...seen,
      ended: line.ended,
      asked: this.#asked,
      isBegun: this.#begun !== null,
    });
    return objection ?? expected;
  }

  stop(): void {
    this.#line?.destroy();
  }

  readonly #others: Readonly<
    Partial<Record<ServerModelEvent, (line: ClientLine, step: Step) => void | Promise<void>>>
  > = {
    'request.halfClosed': (line) => {
      line.end();
    },
    'head.finish': (line) => this.#finish(line),
    'body.finish': (line) => this.#finish(line),
    fin: (line) => {
      line.end();
    },
    reset: (line) => {
      line.reset();
    },
    garbage: (line, { payload, from }) => {
      const text = String(payload['text']);
      // In a head it has to end a line, and the head, lest the server waits for more of it.
      return line.send(from === 'connected.head' ? `\r\n${text}\r\n\r\n` : `${text}\r\n\r\n`);
    },
    'wait.idle': () => this.#setting.timeouts.idle?.(),
    'wait.head': () => this.#setting.timeouts.head?.(),
    'wait.body': () => this.#setting.timeouts.body?.(),
  };

  async #connect(): Promise<void> {
    this.#line?.destroy();
    this.#asked = [];
    this.#begun = null;
    this.#line = await openLine(this.#setting.address, this.#journey.wire);
  }

  async #finish(line: ClientLine): Promise<void> {
    const begun = this.#begun;
    if (begun === null) throw new Error('no request was begun');
    await line.send(begun.left);
    this.#begun = null;
    this.#asked.push(begun.request);
  }

  /** Waits for what would show the expected state; not longer than for something that speaks against it. */
  async #awaitEvidence(expected: string, line: ClientLine): Promise<void> {
    await eventually(() => {
      const { responses, interim, problem } = this.#read(line);
      if (problem !== null) return true;
      const isAnswered = responses.length > this.#asked.length;
      if (expected === 'closed') return line.ended !== 'no';
      if (line.ended !== 'no') return true;
      if (expected === 'refused') return isAnswered;
      if (expected === 'connected.continued') return interim.includes(100) || isAnswered;
      return responses.length >= this.#asked.length;
    }, this.#setting.patience);
  }

  #read(line: ClientLine): SeenResponses {
    const methods = this.#asked.map(({ method }) => method);
    return readResponses(line.received, methods, line.ended !== 'no');
  }
}
