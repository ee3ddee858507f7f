import type { HTTPServerRequest } from '../../session/index.js';
import type { FetchContext } from './fetch-context.js';
import { LightRequest, nativeRequest } from './light-request.js';
import { canLendSlots } from './native-classes.js';
import { urlOf } from './request-url.js';

/** The usual methods, in their exact spelling. */
const USUAL = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * `Request` refuses the first three, and normalises other spellings of the rest. A method is case-sensitive (RFC 9110
 * section 9.1): a filter for DELETE in front of this server would have let `delete` pass.
 */
const UNFIT = /^(?:CONNECT|TRACE|TRACK|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/i;

/** The contexts of requests that Node.js has made. */
const contexts = new WeakMap<object, FetchContext>();

/** How requests are made: light ones where Node.js takes them for its own, or the program has put ours in their place. */
let isLight = canLendSlots;

/** From now on requests are light, as the globals know what to do with them. */
export function makeLightRequests(): void {
  isLight = true;
}

/** The request as a `Request` of the Fetch standard, or the status to respond with if it cannot be one. */
export function toRequest(
  source: HTTPServerRequest,
  scheme: string,
  context: FetchContext,
): Request | number {
  const { method } = source;
  if (!USUAL.has(method) && UNFIT.test(method)) return 501;
  // It is about the server as a whole, and so just a ping (RFC 9110 section 9.3.7). No URL can express it.
  if (source.uri === '*') return 204;
  const url = urlOf(source, scheme);
  if (typeof url === 'number') return url;
  if (isLight) return new LightRequest(source, url, context) as unknown as Request;
  const made = nativeRequest(url, source);
  contexts.set(made, context);
  return made;
}

/**
 * The context of a request that `toRequestHandler` has made, for frameworks that pass no second argument on, such as h3
 * and Elysia. `undefined` for other requests, also for copies: `request.clone()`, `new Request(request)`.
 *
 * @example
 * ```ts
 * const greet = (request: Request) => new Response(`Hello ${fetchContextOf(request)?.clientAddress?.address}`);
 * const server = new HTTPServer(toRequestHandler(greet));
 * ```
 */
export function fetchContextOf(request: Request): FetchContext | undefined {
  return LightRequest.contextOf(request) ?? contexts.get(request);
}
