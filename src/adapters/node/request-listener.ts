import { once } from 'node:events';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';

import { reportFault } from '../../diagnostics.js';
import { describeValue, HTTPSessionError, LocalProtocolError } from '../../errors/index.js';
import { HTTPServer, type HTTPServerParams } from '../../server/index.js';
import { HTTPClientSession, type HTTPClientResponse, type RequestHandler } from '../../session/index.js';
import { createMemoryPair, localAddressOf, remoteAddressOf, Transport } from '../../transport/index.js';
import { IncomingPieces } from './incoming-pieces.js';

/** Fields of one hop, which node:http manages on its own side (RFC 9110 section 7.6.1). */
const HOP_FIELDS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
  // node:http has responded to it already.
  'expect',
]);

const NO_TIMEOUT = { connectTimeout: 0, sendTimeout: 0, receiveTimeout: 0 };

/**
 * Runs a handler of this package as a request listener of node:http: `http.createServer(toRequestListener(handler))`.
 *
 * Each request passes through a session in memory, and so behaves as on an `HTTPServer`: strict, with `request.signal`,
 * and with a reset of the connection if the handler fails in the middle of a response. It costs several times what the
 * handler costs on an `HTTPServer`. Interim responses do not pass, and offers to switch protocols are declined.
 *
 * @throws TypeError, RangeError for malformed parameters.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 *
 * const listener = toRequestListener((request, response) => response.end(`Hello ${request.path}`));
 * createServer(listener).listen(8080);
 * ```
 */
export function toRequestListener(
  handler: RequestHandler,
  params: HTTPServerParams = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  if (typeof handler !== 'function') {
    throw new TypeError(
      `toRequestListener(): the handler must be a function (got ${describeValue(handler)})`,
    );
  }
  const server = new HTTPServer(handler, params);
  return (request, response) => {
    void new Relay(server, request, response).run();
  };
}

/** One request on its way from node:http through a session and back. */
class Relay {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #client: HTTPClientSession;
  #pieces: IncomingPieces | null = null;

  constructor(server: HTTPServer, request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    const { client, server: near } = createMemoryPair();
    const { socket } = request;
    if ('encrypted' in socket) Object.assign(near, { encrypted: true });
    const transport = new Transport(near);
    transport.overrideAddresses({ local: localAddressOf(socket), remote: remoteAddressOf(socket) });
    server.serve(transport);
    this.#client = new HTTPClientSession('relay', 80, { keepAlive: false, ...NO_TIMEOUT });
    this.#client.attachSocket(client);
  }

  async run(): Promise<void> {
    const gone = (): void => {
      if (!this.#response.writableFinished) this.#client.abort();
    };
    this.#response.once('close', gone);
    try {
      const answer = await this.#ask();
      if (answer !== null) await this.#answer(answer);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#response.off('close', gone);
      // In order, as the session of the handler may still read what is left of the request.
      if (this.#client.connected()) this.#client.close();
      this.#client.dispose();
      void this.#pieces?.return();
    }
  }

  /** Sends the request to the handler; `null` if it was answered here. */
  async #ask(): Promise<HTTPClientResponse | null> {
    const { method = 'GET', url = '/' } = this.#request;
    const body = bodyOf(this.#request);
    if (body === CONSUMED) {
      reportFault('listener', new Error(CONSUMED_TEXT));
      this.#refuse(500);
      return null;
    }
    if (body instanceof IncomingPieces) this.#pieces = body;
    const headers = endToEnd(pairsOf(this.#request.rawHeaders));
    try {
      return await this.#client.request({ method, path: url, headers, ...(body === null ? {} : { body }) });
    } catch (error) {
      // node:http takes some targets and fields that this package does not: "/a#b", or "*" of a GET.
      if (!(error instanceof TypeError || error instanceof LocalProtocolError)) throw error;
      this.#refuse(400);
      return null;
    }
  }

  #refuse(status: 400 | 500): void {
    const response = this.#response;
    response.writeHead(status, { 'Content-Type': 'text/plain' });
    response.end(`${String(status)} ${String(STATUS_CODES[status])}\n`);
  }

  /** The client must see that its response is incomplete. */
  #failed(error: unknown): void {
    const response = this.#response;
    // What is an error of the session of the handler was reported by it, with the reason.
    if (!response.destroyed && !(error instanceof HTTPSessionError)) reportFault('implementation', error);
    if (response.headersSent || error instanceof HTTPSessionError) response.destroy();
    else this.#refuse(500);
  }

  async #answer(answer: HTTPClientResponse): Promise<void> {
    const response = this.#response;
    writeFields(response, answer);
    if (this.#request.method !== 'HEAD') {
      for await (const piece of answer) {
        if (!response.write(piece)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
        if (response.destroyed) return;
      }
    }
    const trailer = answer.body.trailer;
    if (trailer !== null) response.addTrailers([...trailer]);
    response.end();
  }
}

const CONSUMED = Symbol('consumed');

const CONSUMED_TEXT =
  'toRequestListener(): something in front of the listener, such as a body parser, has read the body of the request; ' +
  'mount the listener before it, or let the parser keep the bytes (express.raw())';

/**
 * The body of a request: what is left to read, or the bytes where a parser in front of us has kept them. What a parser
 * made of them (an object, a text in some charset) is not them.
 */
function bodyOf(request: IncomingMessage): IncomingPieces | Uint8Array | typeof CONSUMED | null {
  const { headers } = request;
  const length = headers['content-length'];
  if (headers['transfer-encoding'] === undefined && (length === undefined || /^0+$/.test(length)))
    return null;
  const isConsumed = request.readableDidRead || request.readableEnded || request.destroyed;
  if (!isConsumed) return new IncomingPieces(request);
  const { rawBody, body } = request as { rawBody?: unknown; body?: unknown };
  const kept = [rawBody, body].find((value) => value instanceof Uint8Array);
  // A parser decodes the content, and the field that says how it was coded stays.
  const isWhole = kept !== undefined && (length === undefined || kept.length === Number(length));
  return isWhole && headers['content-encoding'] === undefined ? kept : CONSUMED;
}

/** Writes the head of the answer. */
function writeFields(response: ServerResponse, answer: HTTPClientResponse): void {
  const { status, message } = answer;
  const fields = endToEnd(message);
  // node:http takes a Content-Disposition for UTF-8 text once it has seen a length, and refuses its bytes.
  const isLength = ([name]: readonly [string, string]): boolean => name.toLowerCase() === 'content-length';
  const ordered = [...fields.filter((field) => !isLength(field)), ...fields.filter(isLength)];
  if (response.getHeaderNames().length === 0) {
    response.writeHead(status, message.reason, ordered.flat());
    return;
  }
  // Something in front of us has set fields; ours replace those of the same name, and may themselves be repeated.
  for (const [name] of ordered) response.removeHeader(name);
  for (const [name, value] of ordered) response.appendHeader(name, value);
  response.writeHead(status, message.reason);
}

function* pairsOf(raw: readonly string[]): Generator<readonly [string, string]> {
  for (let at = 0; at < raw.length; at += 2) yield [raw[at] as string, raw[at + 1] as string];
}

function endToEnd(fields: Iterable<readonly [string, string]>): [string, string][] {
  return [...fields]
    .filter(([name]) => !HOP_FIELDS.has(name.toLowerCase()))
    .map(([name, value]) => [name, value]);
}
