import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';

/** Where a client connects to. */
export interface Address {
  readonly port: number;
  readonly isSecure?: boolean;
}

/** A response that was read to its end. */
export interface Answer {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** A client of node:http with one connection, which it keeps as long as the server does. */
export class KeepAliveClient implements Disposable {
  readonly #address: Address;
  readonly #agent: http.Agent;

  constructor(address: Address) {
    const options = { keepAlive: true, maxSockets: 1 };
    this.#address = address;
    this.#agent =
      address.isSecure === true
        ? new https.Agent({ ...options, rejectUnauthorized: false })
        : new http.Agent(options);
  }

  /** Begins a request; its body is to be written. */
  begin(path: string, options: http.RequestOptions = {}): http.ClientRequest {
    const { port, isSecure } = this.#address;
    const { request } = isSecure === true ? https : http;
    return request({ host: '127.0.0.1', port, path, agent: this.#agent, ...options });
  }

  get(path: string): Promise<Answer> {
    return answerTo(this.begin(path).end());
  }

  /** Asks for a response whose body the test reads. */
  async open(path: string): Promise<http.IncomingMessage> {
    const [response] = (await once(this.begin(path).end(), 'response')) as [http.IncomingMessage];
    return response;
  }

  post(path: string, type: string, body: string): Promise<Answer> {
    const headers = { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
    return answerTo(this.begin(path, { method: 'POST', headers }).end(body));
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

/** The whole response to a request. */
export async function answerTo(request: http.ClientRequest): Promise<Answer> {
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return { status: response.statusCode, headers: response.headers, text: await text(response) };
}
