import { NativeHeaders, NativeResponse, standInFor } from './native-classes.js';
import { fieldsOf } from './response-fields.js';

/** Stands for a body that was sent. */
const SENT = Symbol('sent');

/** What a `Response` is made from. */
export interface Init {
  readonly status?: unknown;
  readonly statusText?: unknown;
  readonly headers?: unknown;
}

/** A body that is known whole. */
export type Whole = string | Uint8Array | null;

const TEXT = 'text/plain;charset=UTF-8';
const NOTHING = new Uint8Array();

/**
 * A `Response` whose body is known whole. It is what it was made from, and a `Response` of Node.js when something needs
 * one.
 */
export class LightResponse {
  readonly #status: number;
  readonly #statusText: string;
  /** Names and values, alternating, as `Headers` yields them. */
  readonly #fields: readonly string[];
  #headers: Headers | undefined;
  #body: Whole | typeof SENT;
  #real: Response | undefined;

  constructor(body: Whole, status: number, statusText: string, fields: readonly string[]) {
    this.#body = body;
    this.#status = status;
    this.#statusText = statusText;
    this.#fields = fields;
  }

  /**
   * The same as `new Response(body, init)`; `null` for what only Node.js can make of it, and be it an error.
   *
   * @param type - the Content-Type of a text whose `init` has none.
   */
  static make(body: unknown, init: Init | null | undefined, type = TEXT): LightResponse | null {
    const whole = wholeOf(body);
    if (whole === undefined) return null;
    const contentType = typeof whole === 'string' ? type : null;
    if (init === undefined || init === null) {
      return new LightResponse(whole, 200, '', fieldsOf(undefined, contentType));
    }
    if (typeof init !== 'object') return null;
    const { status = 200, statusText = '', headers } = init;
    if (!isStatus(status) || statusText !== '') return null;
    if (whole !== null && (status === 204 || status === 205 || status === 304)) return null;
    return new LightResponse(whole, status, statusText, fieldsOf(headers, contentType));
  }

  /** Whether something is a light response. */
  static is(value: object): value is LightResponse {
    return #fields in value;
  }

  /** Names and values, alternating. */
  static fieldsOf(light: LightResponse): readonly string[] {
    const headers = light.#headers;
    return headers === undefined ? light.#fields : [...headers].flat();
  }

  /** Takes the body, to send it; `undefined` if it was looked at or taken before. */
  static take(light: LightResponse): Whole | undefined {
    const body = light.#body;
    if (light.#real !== undefined || body === SENT) return undefined;
    if (body !== null) light.#body = SENT;
    return body;
  }

  /** The same as a `Response` of Node.js; both share the body. */
  static readonly realOf = (light: LightResponse): Response => {
    let real = light.#real;
    if (real === undefined) {
      const body = light.#body;
      real = new NativeResponse(body === SENT ? NOTHING : body, {
        status: light.#status,
        statusText: light.#statusText,
      });
      if (body === SENT) void real.body?.getReader().cancel();
      light.#real = real;
    }
    for (const name of [...real.headers.keys()]) real.headers.delete(name);
    for (const [name, value] of light.headers) real.headers.append(name, value);
    return real;
  };

  get status(): number {
    return this.#status;
  }

  get statusText(): string {
    return this.#statusText;
  }

  get ok(): boolean {
    return this.#status < 300;
  }

  get headers(): Headers {
    let headers = this.#headers;
    if (headers === undefined) {
      headers = new NativeHeaders();
      const fields = this.#fields;
      for (let at = 0; at < fields.length; at += 2)
        headers.append(fields[at] as string, fields[at + 1] as string);
      this.#headers = headers;
    }
    return headers;
  }

  get body(): ReadableStream | null {
    return this.#body === null ? null : LightResponse.realOf(this).body;
  }

  get bodyUsed(): boolean {
    return this.#real?.bodyUsed ?? this.#body === SENT;
  }

  clone(): Response {
    const body = this.#body;
    if (this.#real !== undefined || body === SENT) return LightResponse.realOf(this).clone();
    const fields = LightResponse.fieldsOf(this);
    return new LightResponse(body, this.#status, this.#statusText, fields) as unknown as Response;
  }
}

standInFor(LightResponse.prototype, NativeResponse.prototype, LightResponse.realOf);

function isStatus(status: unknown): status is number {
  return typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599;
}

/** A body that is known whole, bytes as a copy; `undefined` for others. */
function wholeOf(body: unknown): Whole | undefined {
  if (typeof body === 'string') return body;
  if (body === null || body === undefined) return null;
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return body instanceof ArrayBuffer ? new Uint8Array(body.slice(0)) : undefined;
}
