import { IncomingMessage } from 'node:http';

import { describeValue } from '../../errors/index.js';
import { HTTPServerRequest } from '../../session/index.js';

/** One for each request: libraries leave notes on it. */
const messages = new WeakMap<HTTPServerRequest, IncomingMessage>();

/**
 * Returns a request as an `IncomingMessage` of node:http, for libraries that take one: `ws`, `engine.io`, `socket.io`.
 * Head, socket and body are those of the request. Read the body here or there, not in both places. The same request
 * always gives the same message.
 *
 * @throws TypeError for what is not a request of this package.
 *
 * @example
 * ```ts
 * import { WebSocketServer } from 'ws';
 *
 * const sockets = new WebSocketServer({ noServer: true });
 * const server = new HTTPServer((request, response) => {
 *   const { socket, head } = response.upgrade();
 *   sockets.handleUpgrade(asIncomingMessage(request), socket, head, (accepted) => accepted.send('hello'));
 * });
 * ```
 */
export function asIncomingMessage(request: HTTPServerRequest): IncomingMessage {
  if (!(request instanceof HTTPServerRequest)) {
    throw new TypeError(`asIncomingMessage(): not an HTTPServerRequest (got ${describeValue(request)})`);
  }
  let message = messages.get(request);
  if (message === undefined) {
    message = new AdaptedMessage(request);
    messages.set(request, message);
  }
  return message;
}

/** The message of a request. Its body is asked for when it is read. */
class AdaptedMessage extends IncomingMessage {
  readonly #request: HTTPServerRequest;

  constructor(request: HTTPServerRequest) {
    super(request.socket as IncomingMessage['socket']);
    this.#request = request;
    // The socket changes hands with `upgrade()`.
    Object.defineProperty(this, 'socket', { get: () => request.socket, set: () => undefined });
    const [major = 1, minor = 1] = request.version.slice('HTTP/'.length).split('.').map(Number);
    this.httpVersion = `${String(major)}.${String(minor)}`;
    this.httpVersionMajor = major;
    this.httpVersionMinor = minor;
    this.method = request.method;
    this.url = request.uri;
    this.#addFields([...request.message].flat(), request.headers);
    this.complete = request.bodyLength === 0;
    if (this.complete) this.push(null);
  }

  /** node:http makes `headers` of the lines by its own rules, for which field occurs how often. */
  #addFields(lines: string[], headers: Record<string, string>): void {
    const { _addHeaderLines: addLines } = this as {
      _addHeaderLines?: (lines: string[], count: number) => void;
    };
    if (typeof addLines === 'function') addLines.call(this, lines, lines.length);
    else Object.assign(this, { rawHeaders: lines, headers });
  }

  override _read(): void {
    if (this.complete) return;
    this.#request.body.read().then(
      (piece) => {
        this.complete = piece === null;
        this.push(piece);
      },
      (error: unknown) => {
        this.destroy(error as Error);
      },
    );
  }
}
