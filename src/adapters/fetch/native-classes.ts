/*
 * Where Node.js keeps what a `Request` or a `Response` is. Versions 20 and 22 keep it in properties whose names are
 * symbols, later ones in private fields. Nothing here is relied upon: each shape is checked, and where it does not fit,
 * the callers take the way of the standard.
 */

/** The classes of Node.js, whatever a program puts in their place later. */
export const NativeRequest = globalThis.Request;
export const NativeResponse = globalThis.Response;
export const NativeHeaders = globalThis.Headers;

type Slotted = Readonly<Record<symbol, unknown>>;

/** The inner state of a `Response` of undici 6. */
interface ResponseState {
  readonly body?: {
    readonly stream?: unknown;
    readonly source?: unknown;
  } | null;
}

const PROBE = 'probe';

/**
 * Lends the slots of real instances to all objects with this prototype, so that the functions of Node.js take such an
 * object for a real one: `fetch(request)`, `new Request(request)`.
 */
export function lendSlots<TLight extends object>(
  prototype: TLight,
  real: object,
  realOf: (light: TLight) => object,
): void {
  for (const slot of Object.getOwnPropertySymbols(real)) {
    Object.defineProperty(prototype, slot, {
      configurable: true,
      get(this: TLight) {
        return (realOf(this) as Slotted)[slot];
      },
    });
  }
}

/** Whether Node.js takes an object with lent slots for a real `Request`. */
export const canLendSlots = ((): boolean => {
  try {
    const real = new NativeRequest('http://probe/', { method: 'PUT', body: PROBE });
    const light = Object.create(NativeRequest.prototype) as Request;
    lendSlots(light, real, () => real);
    const copy = new NativeRequest(light);
    return copy.method === 'PUT' && copy.url === real.url && copy.body !== null;
  } catch {
    return false;
  }
})();

const RESPONSE_STATE = ((): symbol | undefined => {
  const probe = new NativeResponse(PROBE);
  const slots = Object.getOwnPropertySymbols(probe);
  return slots.find((slot) => stateIn(probe, slot)?.body?.source === PROBE);
})();

function stateIn(response: Response, slot: symbol): ResponseState | null | undefined {
  return (response as unknown as Slotted)[slot] as ResponseState | null | undefined;
}

/** The inner state of a stream of Node.js. */
interface StreamState {
  disturbed: boolean;
  readonly reader: unknown;
}

/** Where a stream has its state, if this says what the stream itself would say. */
const STREAM_STATE = ((): symbol | undefined => {
  const { body: locked } = new NativeResponse(PROBE);
  const read = new NativeResponse(PROBE);
  if (locked === null || read.body === null) return undefined;
  for (const slot of Object.getOwnPropertySymbols(read.body)) {
    if (!isUntouched(read.body, slot) || !isUntouched(locked, slot)) continue;
    locked.getReader();
    streamStateIn(read.body, slot).disturbed = true;
    return read.bodyUsed && !isUntouched(locked, slot) ? slot : undefined;
  }
  return undefined;
})();

function streamStateIn(stream: object, slot: symbol): StreamState {
  return (stream as Slotted)[slot] as StreamState;
}

function isUntouched(stream: object, slot: symbol): boolean {
  const state = streamStateIn(stream, slot) as Partial<StreamState> | null | undefined;
  return state?.disturbed === false && 'reader' in state && state.reader === undefined;
}

/**
 * Takes the text or bytes that a `Response` was made from, if its `body` is unread; `null` if that is not known. From
 * then on the body counts as used. The bytes are a copy that the `Response` has made.
 */
export function takeSource(response: Response, body: object): string | Uint8Array | null {
  if (RESPONSE_STATE === undefined || STREAM_STATE === undefined) return null;
  const inner = stateIn(response, RESPONSE_STATE)?.body;
  if (inner?.stream !== body) return null;
  const { source } = inner;
  if (typeof source !== 'string' && !(source instanceof Uint8Array)) return null;
  if (!isUntouched(body, STREAM_STATE)) return null;
  // What a reader does, which costs several objects and promises to make.
  streamStateIn(body, STREAM_STATE).disturbed = true;
  return source;
}

/** The fields in `Headers` of undici 6, by their names in lower case; `cookies` has each Set-Cookie by itself. */
interface HeadersList {
  readonly cookies?: unknown;
  readonly [map: symbol]: unknown;
}

/** Where `Headers` have their list, and where that has its map. */
const FIELDS = ((): { readonly list: symbol; readonly map: symbol } | undefined => {
  const probe = new NativeHeaders({ 'X-Probe': PROBE }) as Headers & Slotted;
  for (const list of Object.getOwnPropertySymbols(probe)) {
    const inner = probe[list] as HeadersList | null | undefined;
    if (typeof inner !== 'object' || inner === null) continue;
    for (const map of Object.getOwnPropertySymbols(inner)) {
      if (onlyFieldIn(inner, map)?.join() === `x-probe,${PROBE}`) return { list, map };
    }
  }
  return undefined;
})();

function onlyFieldIn(list: HeadersList, slot: symbol): readonly [string, string] | null {
  const map = list[slot];
  if (list.cookies !== null || !(map instanceof Map) || map.size !== 1) return null;
  for (const [name, { value }] of map as Map<string, { readonly value: string }>) return [name, value];
  return null;
}

/**
 * The field of `Headers` that have only one, which is no Set-Cookie; `null` for others, or if that is not known. Most
 * responses have but a Content-Type, and the iterator of `Headers` sorts and makes an array for each field.
 */
export function onlyFieldOf(headers: Headers): readonly [string, string] | null {
  if (FIELDS === undefined) return null;
  const list = (headers as Headers & Slotted)[FIELDS.list] as HeadersList | undefined;
  return list === undefined ? null : onlyFieldIn(list, FIELDS.map);
}

/**
 * Puts an own class in front of one of Node.js: its instances pass for instances of that one, and what it does not do by
 * itself is done by the real instance.
 */
export function standInFor<TLight extends object>(
  prototype: TLight,
  native: object,
  realOf: (light: TLight) => object,
): void {
  const own = Object.getOwnPropertyDescriptors(prototype) as PropertyDescriptorMap;
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(native))) {
    const { enumerable = false } = descriptor;
    if (name === 'constructor') Object.defineProperty(prototype, name, descriptor);
    else if ('get' in descriptor || typeof descriptor.value === 'function') {
      const ours = own[name] ?? delegate(name, descriptor, realOf);
      Object.defineProperty(prototype, name, { ...ours, enumerable });
    }
  }
  // Of what a later standard has, an older Node.js has nothing.
  for (const name of Object.keys(own)) if (!(name in native)) Reflect.deleteProperty(prototype, name);
  Object.setPrototypeOf(prototype, native);
}

function delegate(
  name: string,
  native: PropertyDescriptor,
  realOf: (light: never) => object,
): PropertyDescriptor {
  if ('get' in native) {
    return {
      configurable: true,
      get(this: never) {
        return Reflect.get(realOf(this), name) as unknown;
      },
    };
  }
  return {
    configurable: true,
    writable: true,
    value(this: never, ...given: unknown[]) {
      const real = realOf(this);
      return Reflect.apply(Reflect.get(real, name) as (...given: unknown[]) => unknown, real, given);
    },
  };
}
