import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import type { HeaderInit } from '../../protocol/index.js';
import type { TLSOptions } from '../../transport/index.js';
import type { NonProxyHosts } from './no-proxy.js';

/** How to authenticate with a proxy. */
export type ProxyAuthMethod = 'none' | 'basic' | 'digest';

/** A proxy, and what to send through it. POCO: `HTTPClientSession::ProxyConfig`. */
export interface ProxyConfig {
  /** Host name or address of the proxy. */
  readonly host: string;
  /** @defaultValue 80, or 443 for `https` */
  readonly port?: number | undefined;
  /** How the proxy itself is spoken to: in the clear, or over TLS. @defaultValue 'http' */
  readonly protocol?: 'http' | 'https' | undefined;
  /** The user that the proxy knows. @defaultValue none */
  readonly username?: string | undefined;
  /** @defaultValue '' */
  readonly password?: string | undefined;
  /**
   * The scheme that the proxy's challenge may ask for: `none` never answers. By default Digest is answered where the proxy
   * offers it, otherwise Basic.
   */
  readonly authMethod?: ProxyAuthMethod | undefined;
  /**
   * `auto`: `http:` URLs are sent to the proxy in absolute form, `https:` URLs through a tunnel. `always`: both through a
   * tunnel. There is no way to send `https:` without one, as POCO has: the proxy would read everything.
   *
   * @defaultValue 'auto'
   */
  readonly tunnel?: 'auto' | 'always' | undefined;
  /** Hosts that are reached without the proxy, as in `NO_PROXY`, or regular expressions. @defaultValue none */
  readonly nonProxyHosts?: NonProxyHosts | undefined;
  /**
   * Fields for the proxy. They are sent with CONNECT; of them a forwarded request has `Proxy-Authorization` alone, for the
   * server behind the proxy would see the others.
   */
  readonly headers?: HeaderInit | undefined;
  /** Options for `tls.connect`, for a proxy that is spoken to over TLS. Those for the origin are options of the client. */
  readonly tls?: TLSOptions | undefined;
}

/** A proxy as a config, or as a URL such as `http://user:password@proxy.example:3128`. */
export type ProxyAddress = ProxyConfig | string | URL;

/**
 * Which proxy to use: one for all URLs, or a function that is asked about each URL and returns `null` for none. A function may
 * return the same object each time; it is read once.
 */
export type ProxyOption = ProxyAddress | ((url: URL) => ProxyAddress | null);

const NAMES: Readonly<Record<keyof ProxyConfig, true>> = {
  host: true,
  port: true,
  protocol: true,
  username: true,
  password: true,
  authMethod: true,
  tunnel: true,
  nonProxyHosts: true,
  headers: true,
  tls: true,
};
const KNOWN = new KnownNames('member of a proxy', Object.keys(NAMES));

/** The config that an address stands for. @throws TypeError; its text has no credentials. */
export function configOf(address: ProxyAddress): ProxyConfig {
  if (typeof address === 'string') return configOfUrl(parsedUrl(address));
  if (address instanceof URL) return configOfUrl(address);
  checkOptions('proxy', address, KNOWN);
  return address;
}

function parsedUrl(text: string): URL {
  // The text may have a password in it, so no error repeats it.
  const whole = text.includes('://') ? text : `http://${text}`;
  if (URL.canParse(whole)) return new URL(whole);
  throw new TypeError('proxy: must be a URL such as http://proxy.example:3128 (it cannot be parsed)');
}

function configOfUrl(url: URL): ProxyConfig {
  const { protocol, hostname, port, username, password } = url;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new TypeError(`proxy: the scheme must be http: or https: (got ${protocol})`);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new TypeError('proxy: the URL must end after host and port');
  }
  return {
    host: hostname,
    protocol: protocol === 'https:' ? 'https' : 'http',
    ...(port === '' ? {} : { port: Number(port) }),
    ...(username === '' && password === ''
      ? {}
      : { username: decoded(username, 'user name'), password: decoded(password, 'password') }),
  };
}

function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError(
      `proxy: the ${what} of the URL must be percent-encoded (a % stands before anything else)`,
    );
  }
}

/** Checks a member that is one of a few words. @throws TypeError */
export function checkWord<TWord extends string>(
  value: unknown,
  name: string,
  words: readonly TWord[],
): TWord {
  if ((words as readonly unknown[]).includes(value)) return value as TWord;
  throw new TypeError(
    `proxy: ${name} must be ${words.map((it) => `'${it}'`).join(' or ')} (got ${describeValue(value)})`,
  );
}

/** Checks a user name or a password. @throws TypeError, whose text does not repeat it. */
export function checkSecret(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new TypeError(`proxy: ${name} must be a string (got ${typeof value})`);
  if (/[\0-\x1f\x7f]/.test(value)) throw new TypeError(`proxy: ${name} must have no control characters`);
  return value;
}
