import type { Interceptor } from '../request.js';

/**
 * Puts interceptors one around the other; the first given is outermost.
 *
 * @example
 * ```ts
 * const patient = client.compose(compose(retry(), redirect()));
 * console.log((await patient.request('https://example.org/')).status);
 * ```
 */
export function compose(...interceptors: readonly Interceptor[]): Interceptor {
  return (next) => interceptors.reduceRight((inner, interceptor) => interceptor(inner), next);
}
