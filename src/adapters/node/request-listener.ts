import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { HTTPServer, type HTTPServerParams } from '../../server/index.js';
import { HTTPClientSession, type HTTPClientResponse, type RequestHandler } from '../../session/index.js';
import { createMemoryPair, localAddressOf, remoteAddressOf, Transport } from '../../transport/index.js';

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
      await this.#answer(await this.#ask());
    } catch {
      // The session of the handler has failed and reports why. The client must see that its response is incomplete.
      this.#response.destroy();
    } finally {
      this.#response.off('close', gone);
      this.#client.dispose();
    }
  }

  #ask(): Promise<HTTPClientResponse> {
    const { method = 'GET', url = '/', headers } = this.#request;
    const hasBody = headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
    return this.#client.request({
      method,
      path: url,
      headers: endToEnd(pairsOf(this.#request.rawHeaders)),
      ...(hasBody ? { body: this.#request as AsyncIterable<Buffer> } : {}),
    });
  }

  async #answer(answer: HTTPClientResponse): Promise<void> {
    const response = this.#response;
    const { status, message } = answer;
    response.writeHead(status, message.reason, endToEnd(message).flat());
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

function* pairsOf(raw: readonly string[]): Generator<readonly [string, string]> {
  for (let at = 0; at < raw.length; at += 2) yield [raw[at] as string, raw[at + 1] as string];
}

function endToEnd(fields: Iterable<readonly [string, string]>): [string, string][] {
  return [...fields]
    .filter(([name]) => !HOP_FIELDS.has(name.toLowerCase()))
    .map(([name, value]) => [name, value]);
}
