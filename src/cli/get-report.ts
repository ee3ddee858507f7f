import { isUtf8 } from 'node:buffer';

import type { HTTPSessionError } from '../errors/index.js';
import type { HTTPClientResponse } from '../session/index.js';
import type { Clock } from '../transport/index.js';
import { decoded } from './get-decoding.js';
import type { GetOptions } from './get-options.js';
import { ResponsePrinter, wholeOf } from './get-output.js';
import type { GetRun } from './get-run.js';
import type { GetScreen } from './get-screen.js';
import { phasesAsJson } from './get-timing.js';
import { writeTo, type CommandIO } from './io.js';
import { isJsonType } from './json-text.js';
import { messageOf } from './tls-words.js';
import { rounded } from './words.js';

/** Reports the outcome of requests. */
export interface GetReport {
  /** Reads the response to its end; if that throws, the request has failed. */
  responded(response: HTTPClientResponse, run: GetRun): Promise<void>;
  /** A request failed. */
  failed(error: HTTPSessionError, run: GetRun): Promise<void>;
  /** The exit code after all reports so far. */
  readonly exitCode: number;
}

/** The lowest status that `--fail` takes for a failure. */
const LOWEST_FAILURE = 400;

const NO_HEAD = Buffer.alloc(0);

/** Responses on standard output, failures on standard error. */
export class PlainReport implements GetReport {
  readonly #options: GetOptions;
  readonly #printer: ResponsePrinter;
  readonly #screen: GetScreen;
  exitCode = 0;

  constructor(options: GetOptions, io: CommandIO, screen: GetScreen, clock: Pick<Clock, 'now'>) {
    this.#options = options;
    this.#printer = new ResponsePrinter(io.stdout, clock);
    this.#screen = screen;
  }

  async responded(response: HTTPClientResponse, run: GetRun): Promise<void> {
    const { fail, head, include, body, parallel } = this.#options;
    if (fail && response.status >= LOWEST_FAILURE) {
      response.discard();
      this.exitCode = 1;
      this.#screen.refused(response);
      return;
    }
    const pieces = bodyOf(response, this.#options);
    await this.#printer.print(body && !head ? pieces : emptied(pieces), {
      head: head || include ? headOf(response) : NO_HEAD,
      isJson: isJsonType(response.get('Content-Type')),
      isWhole: parallel > 1,
    });
    run.end();
    this.#screen.finished(run);
  }

  failed(error: HTTPSessionError): Promise<void> {
    this.exitCode = 1;
    this.#screen.failed(error);
    return Promise.resolve();
  }
}

/** One line of JSON per request, failed requests included. */
export class JsonReport implements GetReport {
  readonly #options: GetOptions;
  readonly #io: CommandIO;
  #hasFailed = false;

  constructor(options: GetOptions, io: CommandIO) {
    this.#options = options;
    this.#io = io;
  }

  get exitCode(): number {
    return this.#options.fail && this.#hasFailed ? 1 : 0;
  }

  async responded(response: HTTPClientResponse, run: GetRun): Promise<void> {
    const body = await wholeOf(bodyOf(response, this.#options));
    if (response.status >= LOWEST_FAILURE) this.#hasFailed = true;
    run.end();
    const redirects = response.redirects.map(({ href }) => href);
    await this.#print({
      ok: true,
      status: response.status,
      headers: fieldsOf(response),
      ...(this.#options.body ? bodyAsJson(body) : {}),
      ...this.#factsOf(run),
      ...(redirects.length === 0 ? {} : { url: response.url?.href, redirects }),
    });
  }

  async failed(error: HTTPSessionError, run: GetRun): Promise<void> {
    this.#hasFailed = true;
    await this.#print({
      ok: false,
      error: { ...error.toJSON(), message: messageOf(error) },
      ...this.#factsOf(run, error.testimony?.state),
    });
  }

  #factsOf(run: GetRun, stateOfError?: string): Record<string, unknown> {
    const { address, state } = run.connection();
    const facts = { duration: rounded(run.elapsed()), address, state: stateOfError ?? state };
    return this.#options.timing ? { ...facts, timing: phasesAsJson(run.phases()) } : facts;
  }

  #print(line: unknown): Promise<void> {
    return writeTo(this.#io.stdout, `${JSON.stringify(line)}\n`);
  }
}

function bodyOf(response: HTTPClientResponse, { compressed }: GetOptions): AsyncIterable<Uint8Array> {
  return compressed ? decoded(response, response.get('Content-Encoding')) : response;
}

/** Reads to the end, and hands nothing on. */
async function* emptied(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of pieces) if (piece.length < 0) yield piece;
}

/** Status line and header fields, as `curl -I` prints them. */
function headOf({ message }: HTTPClientResponse): Buffer {
  const fields = [...message].map(([name, value]) => `${name}: ${value}\n`).join('');
  // Field values and reason phrases are bytes: latin1 writes the received bytes unchanged.
  return Buffer.from(`${message.version} ${String(message.status)} ${message.reason}\n${fields}\n`, 'latin1');
}

/** A body once: as text where it is UTF-8. */
function bodyAsJson(body: Buffer): Record<string, string> {
  return isUtf8(body) ? { body: body.toString('utf8') } : { bodyBase64: body.toString('base64') };
}

/** Fields by lower-case name. Set-Cookie is a list: it cannot be joined with commas (RFC 6265 section 3). */
function fieldsOf(response: HTTPClientResponse): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = response.message.toObject();
  if (response.has('Set-Cookie')) fields['set-cookie'] = response.message.getAll('Set-Cookie');
  return fields;
}
