import { HTTPSessionError } from '../errors/index.js';
import type { HTTPClientResponse } from '../session/index.js';
import { tell, writeTo, type CommandIO } from './io.js';

/** How the outcome of requests is told. */
export interface GetReport {
  /** Takes the response to its end; what reading it throws is a failed request. */
  responded(response: HTTPClientResponse): Promise<void>;
  /** A request failed. */
  failed(error: Error): Promise<void>;
  /** The exit code after everything that was told. */
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
    tell(this.#io.stderr, `http-session: ${error.message}`);
    return Promise.resolve();
  }
}

/** Status line and fields on standard output, as they would stand in a file of `curl -I`. */
export class HeadReport extends PlainReport {
  readonly #stdout: CommandIO['stdout'];

  constructor(io: CommandIO) {
    super(io);
    this.#stdout = io.stdout;
  }

  override async responded(response: HTTPClientResponse): Promise<void> {
    const { message } = response;
    const fields = [...message].map(([name, value]) => `${name}: ${value}\n`).join('');
    // Field values and reason phrases are bytes; latin1 gives back the ones that were received.
    const head = `${message.version} ${String(message.status)} ${message.reason}\n${fields}\n`;
    await writeTo(this.#stdout, Buffer.from(head, 'latin1'));
    await response.bytes();
  }
}

/** One line of JSON per request; a failure is a line like any other. */
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

/** Fields by lower-case name. Set-Cookie cannot be joined with commas (RFC 6265 section 3), so it is a list. */
function fieldsOf(response: HTTPClientResponse): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = response.message.toObject();
  if (response.has('Set-Cookie')) fields['set-cookie'] = response.message.getAll('Set-Cookie');
  return fields;
}
