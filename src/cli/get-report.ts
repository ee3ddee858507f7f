import { HTTPSessionError } from '../errors/index.js';
import type { HTTPClientResponse } from '../session/index.js';
import { writeLine, writeTo, type CommandIO } from './io.js';

/** Reports the outcome of requests. */
export interface GetReport {
  /** Reads the response to its end; if that throws, the request has failed. */
  responded(response: HTTPClientResponse): Promise<void>;
  /** A request failed. */
  failed(error: Error): Promise<void>;
  /** The exit code after all reports so far. */
  readonly exitCode: number;
}

/** Bodies on standard output, failures on standard error. */
export class PlainReport implements GetReport {
  readonly #io: CommandIO;
  exitCode = 0;

  constructor(io: CommandIO) {
    this.#io = io;
  }

  async responded(response: HTTPClientResponse): Promise<void> {
    for await (const piece of response) await writeTo(this.#io.stdout, piece);
  }

  failed(error: Error): Promise<void> {
    this.exitCode = 1;
    writeLine(this.#io.stderr, `http-session: ${error.message}`);
    return Promise.resolve();
  }
}

/** Bodies on standard output, each in one piece: those of several requests at once must not mix. */
export class WholeReport extends PlainReport {
  readonly #stdout: CommandIO['stdout'];

  constructor(io: CommandIO) {
    super(io);
    this.#stdout = io.stdout;
  }

  override async responded(response: HTTPClientResponse): Promise<void> {
    await writeTo(this.#stdout, await response.bytes());
  }
}

/** Status line and header fields on standard output, as `curl -I` prints them. */
export class HeadReport extends PlainReport {
  readonly #stdout: CommandIO['stdout'];

  constructor(io: CommandIO) {
    super(io);
    this.#stdout = io.stdout;
  }

  override async responded(response: HTTPClientResponse): Promise<void> {
    const { message } = response;
    const fields = [...message].map(([name, value]) => `${name}: ${value}\n`).join('');
    // Field values and reason phrases are bytes: latin1 writes the received bytes unchanged.
    const head = `${message.version} ${String(message.status)} ${message.reason}\n${fields}\n`;
    await writeTo(this.#stdout, Buffer.from(head, 'latin1'));
    await response.bytes();
  }
}

/** One line of JSON per request, failed requests included. */
export class JsonReport implements GetReport {
  readonly #io: CommandIO;
  readonly exitCode = 0;

  constructor(io: CommandIO) {
    this.#io = io;
  }

  async responded(response: HTTPClientResponse): Promise<void> {
    const body = await response.bytes();
    await this.#print({
      ok: true,
      status: response.status,
      headers: fieldsOf(response),
      body: body.toString('utf8'),
      bodyBase64: body.toString('base64'),
    });
  }

  async failed(error: Error): Promise<void> {
    const code = error instanceof HTTPSessionError ? error.code : (error as NodeJS.ErrnoException).code;
    await this.#print({ ok: false, error: { name: error.name, message: error.message, code } });
  }

  #print(line: unknown): Promise<void> {
    return writeTo(this.#io.stdout, `${JSON.stringify(line)}\n`);
  }
}

/** Fields by lower-case name. Set-Cookie is a list: it cannot be joined with commas (RFC 6265 section 3). */
function fieldsOf(response: HTTPClientResponse): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = response.message.toObject();
  if (response.has('Set-Cookie')) fields['set-cookie'] = response.message.getAll('Set-Cookie');
  return fields;
}
