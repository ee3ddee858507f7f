import type { Interceptor } from '../request.js';

/** Puts interceptors one around the other; the first given is outermost. */
export function compose(...interceptors: readonly Interceptor[]): Interceptor {
  return (next) => interceptors.reduceRight((inner, interceptor) => interceptor(inner), next);
}
