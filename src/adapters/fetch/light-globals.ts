import { makeLightRequests } from './incoming-request.js';
import { LightRequest } from './light-request.js';
import { LightResponse, type Init } from './light-response.js';
import { canLendSlots, NativeRequest, NativeResponse } from './native-classes.js';

type Construct = (new (...given: unknown[]) => object) & typeof globalThis.Response;

const nativeFetch = globalThis.fetch;

/**
 * Puts light classes in the place of `Response`, and where Node.js would not take a light request for its own, functions
 * that do in the place of `Request` and `fetch`. What was made by the classes of Node.js stays an instance of these.
 */
export function replaceGlobals(): void {
  if (globalThis.Response === (Response as unknown)) return;
  define('Response', Response);
  if (!canLendSlots) {
    define('Request', requestClass());
    define('fetch', fetch);
  }
  makeLightRequests();
}

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, enumerable: false, writable: true });
}

/** `Response`, made light where that can be. */
function Response(this: unknown, ...given: unknown[]): object {
  if (new.target === undefined)
    throw new TypeError("Class constructor Response cannot be invoked without 'new'");
  const light =
    (new.target as unknown) === Response ? LightResponse.make(given[0], given[1] as Init | undefined) : null;
  return light ?? (Reflect.construct(NativeResponse, given, nativeTarget(new.target)) as object);
}

/** A class that extends ours gets instances of its own; ours has those of Node.js. */
function nativeTarget(target: unknown): Construct {
  return (target === Response ? NativeResponse : target) as Construct;
}

function json(data: unknown, init?: Init): object {
  const text = JSON.stringify(data) as string | undefined;
  const light = text === undefined ? null : LightResponse.make(text, init, 'application/json');
  return light ?? NativeResponse.json(data, init as ResponseInit);
}

Object.setPrototypeOf(Response, NativeResponse);
Object.defineProperties(Response, {
  length: { value: 0 },
  prototype: { value: NativeResponse.prototype, writable: false },
  json: { value: json, configurable: true, enumerable: true, writable: true },
});

/** `Request`, which makes a copy of a light request from its real one. */
function requestClass(): typeof globalThis.Request {
  return new Proxy(NativeRequest, {
    construct: (target, [input, ...init]: unknown[], newTarget) =>
      Reflect.construct(target, [realOf(input), ...init], newTarget) as object,
  });
}

function fetch(input: unknown, ...init: unknown[]): unknown {
  return Reflect.apply(nativeFetch, undefined, [realOf(input), ...init]);
}

function realOf(input: unknown): unknown {
  return input instanceof LightRequest ? LightRequest.realOf(input) : input;
}
