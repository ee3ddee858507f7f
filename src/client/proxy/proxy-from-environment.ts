import { describeValue } from '../../errors/index.js';
import { isLoopback, NoProxyRules, normalizedHost } from './no-proxy.js';
import type { ProxyConfig } from './proxy-config.js';
import { configOf } from './proxy-config.js';
import { portOf } from '../pool/request-target.js';
import { proxyServerAt } from './proxy-server.js';

/** Environment variables: `process.env`, or an object like it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names: `http_proxy` for `http:` URLs, `https_proxy` for `https:` URLs, none for the hosts in
 * `no_proxy`. Each name also counts in upper case, where the one in lower case is not set. Loopback addresses and `localhost`
 * are always reached directly, as in Go. The environment is read once.
 *
 * In a CGI program (`REQUEST_METHOD` is set) `HTTP_PROXY` is ignored: there it is the field `Proxy` of the request.
 *
 * @param env - the environment. Default: `process.env`.
 * @returns a function for the option `proxy`.
 * @throws TypeError for a malformed proxy; its text has no credentials.
 *
 * @example
 * ```ts
 * const proxyFor = proxyFromEnvironment({ HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: '.intra.example' });
 * console.log(proxyFor(new URL('https://wiki.intra.example/'))); // null
 * ```
 */
export function proxyFromEnvironment(env: Environment = process.env): (url: URL) => ProxyConfig | null {
  if (typeof env !== 'object' || (env as unknown) === null) {
    throw new TypeError(
      `proxyFromEnvironment(): the environment must be an object (got ${describeValue(env)})`,
    );
  }
  const isCGI = (env['REQUEST_METHOD'] ?? '') !== '';
  const proxies: Readonly<Record<string, ProxyConfig | null>> = {
    'http:': proxyIn(env, isCGI ? ['http_proxy'] : ['http_proxy', 'HTTP_PROXY']),
    'https:': proxyIn(env, ['https_proxy', 'HTTPS_PROXY']),
  };
  const rules = new NoProxyRules(valueOf(env, ['no_proxy', 'NO_PROXY']));
  return (url) => {
    const proxy = proxies[url.protocol] ?? null;
    if (proxy === null) return null;
    const host = normalizedHost(url.hostname);
    return isLoopback(host) || rules.match({ host, port: portOf(url) }) ? null : proxy;
  };
}

function valueOf(env: Environment, names: readonly string[]): string {
  return names.map((name) => env[name] ?? '').find((value) => value !== '') ?? '';
}

function proxyIn(env: Environment, names: readonly string[]): ProxyConfig | null {
  const value = valueOf(env, names).trim();
  if (value === '') return null;
  try {
    const config = configOf(value);
    // Reads the rest of it now, so that a mistake shows at once.
    proxyServerAt(config);
    return config;
  } catch (error) {
    const name = names.find((it) => (env[it] ?? '') !== '') ?? '';
    throw new TypeError(`${name}: ${(error as Error).message}`, { cause: error });
  }
}
