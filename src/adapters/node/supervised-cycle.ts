import type { IncomingMessage, ServerResponse } from 'node:http';

import { EXCHANGE } from '../../session/index.js';
import type { SupervisedLedger } from './supervised-ledger.js';

interface Arrived {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly expects: boolean;
}

/** The field of node:http that marks the last response of a connection. */
interface LastResponse {
  readonly _last?: boolean;
}

/**
 * The message cycle of a supervised connection. node:http emits pipelined requests before the responses to earlier ones
 * are complete. The chart has one cycle at a time, so requests wait here for their turn.
 */
export class SupervisedCycle {
  readonly #ledger: SupervisedLedger;
  readonly #waiting: Arrived[] = [];
  #current: Arrived | null = null;
  /** The bytes read when the connection was last idle: more bytes are a request that has begun. */
  #bytesWhenIdle: number;

  constructor(ledger: SupervisedLedger) {
    this.#ledger = ledger;
    this.#bytesWhenIdle = ledger.socket.bytesRead;
  }

  /** Whether the head of a request is arriving. */
  get isReceiving(): boolean {
    return this.#current === null && this.#ledger.socket.bytesRead > this.#bytesWhenIdle;
  }

  requestArrived(request: IncomingMessage, response: ServerResponse, expects: boolean): void {
    this.#watchHead(response);
    const arrived = { request, response, expects };
    if (this.#current === null) this.#begin(arrived);
    else this.#waiting.push(arrived);
  }

  /** A request whose socket is handed over. */
  switched(request: IncomingMessage): void {
    const ledger = this.#ledger;
    ledger.beginRequest(request.method ?? '', request.url ?? '');
    ledger.advance(EXCHANGE.requestHead);
    ledger.advance(EXCHANGE.requestOffer);
    ledger.advance(EXCHANGE.requestEnd);
    ledger.advance(EXCHANGE.responseSwitch);
    ledger.answered++;
  }

  /** A message was malformed. */
  failed(): void {
    this.#ledger.advance(EXCHANGE.exchangeFail);
  }

  /** The connection is gone. */
  end(): void {
    this.#waiting.length = 0;
    this.#current = null;
  }

  #begin(arrived: Arrived): void {
    const ledger = this.#ledger;
    const { request, response, expects } = arrived;
    this.#current = arrived;
    ledger.bytesIn = ledger.socket.bytesRead;
    ledger.bytesOut = ledger.socket.bytesWritten;
    ledger.beginRequest(request.method ?? '', request.url ?? '');
    ledger.advance(EXCHANGE.requestHead);
    if (expects) ledger.advance(EXCHANGE.requestExpect);
    if (request.complete || !hasBody(request)) ledger.advance(EXCHANGE.requestEnd);
    else this.#watchBody(request);
    // A pipelined request may have got its response while it was waiting for its turn.
    if (response.headersSent) this.#headSent(response);
    if (response.writableFinished) this.#finished(arrived);
    else {
      response.once('finish', () => {
        this.#finished(arrived);
      });
    }
  }

  #watchBody(request: IncomingMessage): void {
    const ended = (): void => {
      request.off('end', ended).off('close', ended);
      if (this.#current?.request !== request) return;
      this.#ledger.advance(request.complete ? EXCHANGE.requestEnd : EXCHANGE.requestAbandon);
      this.#settle();
    };
    request.on('end', ended).on('close', ended);
  }

  /** `writeHead` is called for every head, explicit or not. A draining connection must say so before it. */
  #watchHead(response: ServerResponse): void {
    const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
    response.writeHead = (...args: unknown[]): ServerResponse => {
      if (this.#ledger.is('draining')) response.shouldKeepAlive = false;
      const result = writeHead(...args);
      if (this.#current?.response === response) this.#headSent(response);
      return result;
    };
  }

  #headSent(response: ServerResponse): void {
    const ledger = this.#ledger;
    ledger.responseStatus = response.statusCode;
    const isLast = !response.shouldKeepAlive || (response as LastResponse)._last === true;
    if (isLast) ledger.advance(EXCHANGE.connectionClose);
    ledger.advance(EXCHANGE.responseHead);
  }

  #finished(arrived: Arrived): void {
    if (this.#current !== arrived) return;
    const ledger = this.#ledger;
    if (ledger.exchange.tags.has('unanswered')) this.#headSent(arrived.response);
    ledger.bytesOut = ledger.socket.bytesWritten;
    if (ledger.advance(EXCHANGE.responseEnd)) ledger.answered++;
    this.#settle();
  }

  /** Continues where the chart is: with the next request, or with the end of a connection that drains. */
  #settle(): void {
    const ledger = this.#ledger;
    if (!ledger.exchange.tags.has('idle')) return;
    this.#current = null;
    this.#bytesWhenIdle = ledger.socket.bytesRead;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#begin(next);
    // The head had promised to keep the connection when the drain began.
    else if (ledger.is('draining')) ledger.notify({ type: 'session.close' });
  }
}

/** RFC 9112 section 6.3: a request has a body when it declares one. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
