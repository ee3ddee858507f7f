import type { ClientRequest } from '../client/index.js';
import type { HTTPSessionError } from '../errors/index.js';
import type { HTTPClientResponse, RequestProgress } from '../session/index.js';
import { failureLines } from './failure-words.js';
import { isTerminal, writeLine, type CommandIO } from './io.js';
import { paintFor, type Paint } from './trace.js';
import { phasesInWords } from './get-timing.js';
import type { GetRun } from './get-run.js';
import { messageOf } from './tls-words.js';
import { bytesInWords, durationInWords, printable } from './words.js';

/** How long a transfer takes before its progress is shown, and between two pictures of it, in milliseconds. */
const PATIENCE = 1_000;
const REFRESH = 200;

const ERASE_LINE = '\r\u001B[K';

/** What `GetScreen` shows besides failures. */
export interface GetScreenOptions {
  readonly verbose: boolean;
  readonly timing: boolean;
  /** Whether the output is for programs: then a terminal shows no more than was asked for. */
  readonly json: boolean;
}

/** What people see of requests, on standard error: their status and progress on a terminal, heads and timing on demand. */
export class GetScreen {
  readonly #io: CommandIO;
  readonly #options: GetScreenOptions;
  readonly #paint: Paint;
  readonly #showsStatus: boolean;
  readonly #showsProgress: boolean;
  #progressAt = -Infinity;

  constructor(io: CommandIO, options: GetScreenOptions) {
    this.#io = io;
    this.#options = options;
    this.#paint = paintFor(io.stderr, io.env);
    this.#showsStatus = isTerminal(io.stderr) && !options.json;
    // A terminal that prints the body has no room for it.
    this.#showsProgress = this.#showsStatus && !isTerminal(io.stdout);
  }

  /** A request is sent: the first one, or another after a redirect or a failure. */
  sent({ method = 'GET', url, headers, body }: ClientRequest): void {
    if (!this.#options.verbose) return;
    const target = method === 'OPTIONS' && url.pathname === '/*' ? '*' : url.pathname + url.search;
    const fields: [string, string][] = [['Host', url.host]];
    for (const [name, value] of (headers ?? []) as Iterable<[string, string]>) fields.push([name, value]);
    if (typeof body === 'string' || body instanceof Uint8Array) {
      fields.push(['Content-Length', String(Buffer.byteLength(body))]);
    }
    this.#head('>', `${method} ${target} HTTP/1.1`, fields);
  }

  /** The head of a response has come. */
  answered({ message }: HTTPClientResponse): void {
    if (!this.#options.verbose) return;
    this.#head('<', `${message.version} ${String(message.status)} ${message.reason}`, [...message]);
  }

  /** A response was followed or repeated. */
  passed(run: GetRun, next: URL): void {
    const { response, error, url } = run.hop;
    if (!this.#showsStatus) return;
    this.#clear();
    const time = durationInWords(run.hop.duration);
    if (response === null) this.#line(`< ${error?.message ?? 'no response'}  ${time}  retrying`);
    else {
      const isRedirect = next.href !== url.href;
      this.#line(`< ${statusOf(response)}  ${time}  ${isRedirect ? `-> ${next.href}` : 'retrying'}`);
    }
  }

  /** Bytes were sent or received. */
  progressed(run: GetRun, { sent, received }: RequestProgress): void {
    if (!this.#showsProgress) return;
    const now = run.elapsed();
    if (now < PATIENCE || now - this.#progressAt < REFRESH) return;
    this.#progressAt = now;
    const length = Number(run.hop.response?.get('Content-Length') ?? NaN);
    const speed = `${bytesInWords((received === 0 ? sent : received) / (now / 1000))}/s`;
    const share = `${bytesInWords(received)} of ${bytesInWords(length)}  ${String(Math.floor((100 * received) / length))} %`;
    const received_ = Number.isFinite(length) && length > 0 ? share : bytesInWords(received);
    const text = received === 0 ? `> ${bytesInWords(sent)}` : `< ${received_}`;
    this.#io.stderr.write(`${ERASE_LINE}${this.#paint('dim', `${text}  ${speed}`)}`, () => undefined);
  }

  /** A response was read to its end. */
  finished(run: GetRun): void {
    this.#clear();
    const { response, received, url } = run.hop;
    if (this.#showsStatus && response !== null) {
      const location = response.status >= 300 && response.status < 400 ? response.get('Location') : undefined;
      const target = location === undefined ? '' : `  -> ${location}${run.follows ? '' : ' (-L follows it)'}`;
      const from = run.hops > 1 ? `  from ${url.href}` : '';
      const what = [statusOf(response), durationInWords(run.elapsed()), bytesInWords(received)].join('  ');
      this.#line(`< ${what}${target}${from}`);
    }
    if (this.#options.timing && !this.#options.json) writeLine(this.#io.stderr, phasesInWords(run.phases()));
  }

  /** A request failed. */
  failed(error: HTTPSessionError): void {
    this.#clear();
    const lines = failureLines(error).map((line) => this.#paint('dim', `  ${line}`));
    writeLine(this.#io.stderr, [`http-session: ${messageOf(error)}`, ...lines].join('\n'));
  }

  /** The status of a response is a failure. */
  refused(response: HTTPClientResponse): void {
    this.#clear();
    writeLine(this.#io.stderr, `http-session: the server answered ${statusOf(response)}`);
  }

  #head(mark: string, line: string, fields: readonly (readonly [string, string])[]): void {
    this.#clear();
    const lines = [line, ...fields.map(([name, value]) => `${name}: ${value.trim()}`), ''];
    writeLine(this.#io.stderr, lines.map((text) => `${mark} ${printable(text)}`.trimEnd()).join('\n'));
  }

  #line(text: string): void {
    writeLine(this.#io.stderr, this.#paint('dim', printable(text)));
  }

  /** Removes the line of a progress. */
  #clear(): void {
    if (this.#progressAt === -Infinity) return;
    this.#progressAt = -Infinity;
    this.#io.stderr.write(ERASE_LINE, () => undefined);
  }
}

function statusOf({ message }: HTTPClientResponse): string {
  return `${String(message.status)} ${message.reason}`.trimEnd();
}
