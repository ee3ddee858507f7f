import type { ClientModelEvent } from '../../models/client-model.js';
import type { DrivenSystem, Journey, Step } from '../driver.js';
import { eventually, settled } from '../patience.js';
import { answeringOf } from './answers.js';
import type { AskedServer, ReceivedRequest } from './asked-server.js';
import { quoted } from '../wire-log.js';

/** What a client is asked to send. */
export interface ClientCall {
  /** Where to. */
  readonly url: string;
  /** POST has a body, GET has none. */
  readonly method: 'GET' | 'POST';
  /** Only of a POST; ASCII. */
  readonly body?: string | undefined;
}

/** What a client has got: the status, where it tells that, and the whole body as text. */
export interface ClientAnswer {
  /** The status; not compared where the client does not tell it. */
  readonly status?: number | undefined;
  /** The whole body, as text. */
  readonly body: string;
}

/** A client as a function: resolves with the whole answer, rejects when there is none. */
export type AskClient = (call: ClientCall) => Promise<ClientAnswer>;

/** Lets time pass until the client should have given up waiting. */
export type LetClientWait = () => void | Promise<void>;

/** What a client is driven with. */
export interface ClientSetting {
  readonly ask: AskClient;
  readonly wait: LetClientWait | undefined;
  /** Milliseconds. */
  readonly patience: number;
}

interface Pending {
  readonly call: ClientCall;
  /** How many requests the server had got before. */
  readonly before: number;
  result: ClientAnswer | Error | null;
}

/** A client that walks one path, with its user and its server. */
export class ClientSystem implements DrivenSystem<ClientModelEvent> {
  readonly #setting: ClientSetting;
  readonly #journey: Journey<ClientModelEvent>;
  readonly #server: AskedServer;
  #pending: Pending | null = null;
  #expected: ClientAnswer | null = null;
  #left: { readonly text: string; readonly body: string } | null = null;
  #asked = 0;

  constructor(setting: ClientSetting, journey: Journey<ClientModelEvent>, server: AskedServer) {
    this.#setting = setting;
    this.#journey = journey;
    this.#server = server;
  }

  async perform({ event, payload }: Step<ClientModelEvent>): Promise<void> {
    if (event === 'ask.get' || event === 'ask.post') {
      const url = this.#nextUrl();
      this.#call(
        event === 'ask.get' ? { url, method: 'GET' } : { url, method: 'POST', body: String(payload['body']) },
      );
      return;
    }
    const { connection } = this.#request();
    const answering = answeringOf(event, payload);
    if (answering !== null) {
      connection.send(answering.text);
      this.#left = answering.left ?? null;
      const { body, status = 200 } = answering;
      if (body !== undefined) this.#expected = { status, body };
      if (answering.closes === true) connection.end();
    } else if (event === 'finish') {
      const left = this.#left;
      if (left === null) throw new Error('no answer was begun');
      connection.send(left.text);
      this.#expected = { status: 200, body: left.body };
    } else if (event === 'fin') connection.end();
    else if (event === 'reset') connection.reset();
    else await this.#setting.wait?.();
  }

  async see(expected: string): Promise<string> {
    const pending = this.#pending;
    if (pending === null) return 'ready';
    if (expected === 'lost') return this.#seeLost(pending);
    const isAnswered = expected.startsWith('answered.');
    await this.#eventually(() =>
      isAnswered ? pending.result !== null : this.#received(pending) !== undefined,
    );
    await settled();
    return this.#objection(expected, pending, isAnswered) ?? expected;
  }

  async stop(): Promise<void> {
    await this.#server.close();
    const pending = this.#pending;
    // Its connections are gone: a client that waits is told so, and has to be waited for.
    if (pending !== null) await this.#eventually(() => pending.result !== null);
  }

  #eventually(holds: () => boolean): Promise<boolean> {
    return eventually(holds, this.#setting.patience);
  }

  #nextUrl(): string {
    return `${this.#server.origin}/${String(++this.#asked)}`;
  }

  #call(call: ClientCall): void {
    const pending: Pending = { call, before: this.#server.requests.length, result: null };
    this.#pending = pending;
    this.#expected = null;
    this.#left = null;
    this.#journey.wire.mark('user', `${call.method} ${call.url}`);
    this.#setting.ask(call).then(
      (answer) => {
        pending.result = answer;
      },
      (error: unknown) => {
        pending.result = error instanceof Error ? error : new Error(String(error));
      },
    );
  }

  /** The request of the present call, as the server has got it last. */
  #received({ before }: Pending): ReceivedRequest | undefined {
    return this.#server.requests.slice(before).at(-1);
  }

  #request(): ReceivedRequest {
    const request = this.#pending === null ? undefined : this.#received(this.#pending);
    if (request === undefined) throw new Error('the server was asked nothing');
    return request;
  }

  #objection(expected: string, pending: Pending, isAnswered: boolean): string | null {
    const { result, call } = pending;
    if (this.#server.problem !== null) return `the request is malformed: ${this.#server.problem}`;
    const received = this.#received(pending);
    if (isAnswered) return objectionToAnswer(expected, result, this.#expected);
    if (result instanceof Error) return `the call failed: ${result.message}`;
    if (result !== null)
      return `the call was answered before the server did: ${quoted(JSON.stringify(result))}`;
    if (received === undefined) return 'the server got no request';
    if (received.method !== call.method || !call.url.endsWith(received.target)) {
      return `the server was asked ${received.method} ${received.target}`;
    }
    return received.body === (call.body ?? '') ? null : 'the server got another body';
  }

  /** A request without an answer may be sent again if it is idempotent (RFC 9110 section 9.2.2): then it is answered. */
  async #seeLost(pending: Pending): Promise<string> {
    const before = this.#server.requests.length;
    const isAgain = (): boolean => this.#server.requests.length > before;
    await this.#eventually(() => pending.result !== null || isAgain());
    const { result } = pending;
    if (result !== null) {
      return result instanceof Error ? 'lost' : `the call was answered: ${quoted(JSON.stringify(result))}`;
    }
    if (!isAgain()) return 'the call is not settled';
    if (pending.call.method !== 'GET') return `a ${pending.call.method} was sent again`;
    this.#request().connection.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain');
    await this.#eventually(() => pending.result !== null);
    return 'lost';
  }
}

function objectionToAnswer(
  expected: string,
  result: ClientAnswer | Error | null,
  answer: ClientAnswer | null,
): string | null {
  if (result === null) return 'the call is not settled';
  if (result instanceof Error) return `the call failed: ${result.message}`;
  if (result.status !== undefined && result.status !== answer?.status) {
    return `${expected}, but the status is ${String(result.status)}`;
  }
  return result.body === answer?.body ? null : `${expected}, but the body is another: ${quoted(result.body)}`;
}
