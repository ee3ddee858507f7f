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

/**
 * The text or bytes that a `Response` was made from, if its `body` is unread; `null` if that is not known. The bytes are
 * a copy that the `Response` has made.
 */
export function sourceOf(response: Response, body: unknown): string | Uint8Array | null {
  if (RESPONSE_STATE === undefined) return null;
  const inner = stateIn(response, RESPONSE_STATE)?.body;
  if (inner === undefined || inner === null || inner.stream !== body) return null;
  const { source } = inner;
  return typeof source === 'string' || source instanceof Uint8Array ? source : null;
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
