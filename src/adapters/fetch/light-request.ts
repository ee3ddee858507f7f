import { Readable } from 'node:stream';

import { quietly, type HTTPServerRequest, type IncomingBody } from '../../session/index.js';
import type { FetchContext } from './fetch-context.js';
import { canLendSlots, lendSlots, NativeHeaders, NativeRequest, standInFor } from './native-classes.js';
import { isAbsolute } from './request-url.js';

/** Stands for a body that was read without a stream. */
const READ = Symbol('read');

/** `Request` has no bound for what its methods collect. */
const UNBOUNDED = { maxBytes: Infinity };

const NOTHING = new Uint8Array();

/** The property of a session's request that keeps its `Request` alive. */
const MADE = Symbol('made');

/** The bodies that streams read from. */
const bodies = new WeakMap<object, IncomingBody>();

/** The body that an untouched stream would read from; `undefined` for streams that are not ours. */
export function bodyBehind(stream: object): IncomingBody | undefined {
  return bodies.get(stream);
}

function streamOf({ body }: HTTPServerRequest): ReadableStream<Uint8Array> {
  const stream = body.stream();
  bodies.set(stream, body);
  return stream;
}

/** A request as a `Request` that Node.js has made. The bytes of the body come when they are asked for. */
export function nativeRequest(url: string, source: HTTPServerRequest): Request {
  const { method, signal } = source;
  const made = hasBody(source)
    ? new NativeRequest(url, { method, signal, body: streamOf(source), duplex: 'half' })
    : new NativeRequest(url, { method, signal });
  fillHeaders(made.headers, url, source);
  keepWith(source, made);
  return made;
}

/** GET and HEAD have no body in the Fetch standard, and on the wire one that means nothing (RFC 9110 section 9.3.1). */
function hasBody({ bodyLength, method }: HTTPServerRequest): boolean {
  return bodyLength !== 0 && method !== 'GET' && method !== 'HEAD';
}

/** One by one, which saves the conversion of a list. Received fields are well-formed for `Headers`, too. */
function fillHeaders(headers: Headers, url: string, source: HTTPServerRequest): void {
  for (const [name, value] of source.message) headers.append(name, value);
  // If target and Host name different hosts, the target counts (RFC 9112 section 3.2.2).
  if (isAbsolute(source)) headers.set('Host', new URL(url).host);
}

/**
 * A signal of a `Request` aborts only while that `Request` is referenced (nodejs/undici#3644), and a handler that waits
 * for the signal of a copy alone need not reference it.
 */
function keepWith(source: HTTPServerRequest, made: Request): void {
  (source as HTTPServerRequest & { [MADE]?: Request })[MADE] = made;
}

/**
 * A `Request` that is made of a session's request: fields, signal and body when they are asked for, and a `Request` of
 * Node.js when something needs one.
 */
export class LightRequest {
  readonly #source: HTTPServerRequest;
  readonly #url: string;
  readonly #context: FetchContext;
  #headers: Headers | undefined;
  /** The stream of the body; `undefined` until it is asked for. */
  #body: ReadableStream<Uint8Array> | typeof READ | undefined;
  #real: Request | undefined;

  constructor(source: HTTPServerRequest, url: string, context: FetchContext) {
    this.#source = source;
    this.#url = url;
    this.#context = context;
  }

  /** The context of an object that is a light request; `undefined` for others. */
  static contextOf(request: object): FetchContext | undefined {
    return #context in request ? request.#context : undefined;
  }

  /** The same request as a `Request` of Node.js; both share the body. */
  static readonly realOf = (light: LightRequest): Request => {
    const made = light.#real;
    if (made === undefined) return LightRequest.#makeReal(light);
    if (light.#headers !== made.headers) copyHeaders(light.headers, made.headers);
    return made;
  };

  get method(): string {
    return this.#source.method;
  }

  get url(): string {
    return this.#url;
  }

  get headers(): Headers {
    if (this.#headers === undefined) {
      this.#headers = new NativeHeaders();
      fillHeaders(this.#headers, this.#url, this.#source);
    }
    return this.#headers;
  }

  get signal(): AbortSignal {
    return this.#source.signal;
  }

  get body(): ReadableStream<Uint8Array> | null {
    if (this.#real !== undefined) return this.#real.body;
    if (!hasBody(this.#source)) return null;
    const body = this.#body === READ ? spentStream() : (this.#body ?? streamOf(this.#source));
    this.#body = body;
    return body;
  }

  get bodyUsed(): boolean {
    if (this.#real !== undefined) return this.#real.bodyUsed;
    if (this.#body === undefined) return false;
    return this.#body === READ || wasRead(this.#body);
  }

  text(): Promise<string> {
    if (!LightRequest.#isUntouched(this)) return LightRequest.realOf(this).text();
    if (!hasBody(this.#source)) return Promise.resolve('');
    this.#body = READ;
    return this.#source.body.text(UNBOUNDED);
  }

  json(): Promise<unknown> {
    return quietly(this.text().then(parse));
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    if (!LightRequest.#isUntouched(this) || !hasBody(this.#source)) {
      return LightRequest.realOf(this).arrayBuffer();
    }
    this.#body = READ;
    return quietly(this.#source.body.bytes(UNBOUNDED).then(exactly));
  }

  bytes(): Promise<Uint8Array> {
    return quietly(this.arrayBuffer().then((bytes) => new Uint8Array(bytes)));
  }

  clone(): Request {
    return LightRequest.realOf(this).clone();
  }

  // Static: an instance of a class with private methods takes longer to make, and every request is one.

  /** Whether the body is where it came from. */
  static #isUntouched(light: LightRequest): boolean {
    return light.#real === undefined && light.#body === undefined;
  }

  static #makeReal(light: LightRequest): Request {
    const { method, signal } = light.#source;
    const { body } = light;
    const url = light.#url;
    // A body that was read cannot be passed on, and nor can one that is being read, which may be let go again.
    if (body !== null && (wasRead(body) || body.locked)) {
      const { headers } = light;
      return withoutBody(new NativeRequest(url, { method, signal, headers, body: NOTHING }), body);
    }
    const real = new NativeRequest(
      url,
      body === null ? { method, signal } : { method, signal, body, duplex: 'half' },
    );
    if (light.#headers === undefined) {
      fillHeaders(real.headers, url, light.#source);
      light.#headers = real.headers;
    } else {
      copyHeaders(light.#headers, real.headers);
    }
    keepWith(light.#source, real);
    light.#real = real;
    return real;
  }
}

standInFor(LightRequest.prototype, NativeRequest.prototype, LightRequest.realOf);
if (canLendSlots) lendSlots(LightRequest.prototype, new NativeRequest('http://probe/'), LightRequest.realOf);

function copyHeaders(from: Headers, to: Headers): void {
  for (const name of [...to.keys()]) to.delete(name);
  for (const [name, value] of from) to.append(name, value);
}

function parse(text: string): unknown {
  return JSON.parse(text) as unknown;
}

/** The bytes of a buffer in memory of their own. */
function exactly({ buffer, byteOffset, byteLength }: Buffer): ArrayBuffer {
  if (byteLength === buffer.byteLength) return buffer as ArrayBuffer;
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

function wasRead(stream: ReadableStream<Uint8Array>): boolean {
  return Readable.isDisturbed(stream as unknown as NodeJS.ReadableStream);
}

/** The stream of a body that was read. */
function spentStream(): ReadableStream<Uint8Array> {
  const stream = new ReadableStream<Uint8Array>();
  void stream.getReader().cancel();
  return stream;
}

/** The same request with a body that is as unusable as the one that it stands for. */
function withoutBody(request: Request, body: ReadableStream<Uint8Array>): Request {
  const reader = request.body?.getReader();
  if (wasRead(body)) void reader?.cancel();
  return request;
}
