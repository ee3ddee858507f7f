import { createHmac, randomBytes } from 'node:crypto';

import { describeValue } from '../../errors/index.js';
import { MessageHeader } from '../../protocol/index.js';
import { HTTP_PORT, HTTPS_PORT } from '../../constants.js';
import type { TLSOptions } from '../../transport/index.js';
import { NoProxyRules, normalizedHost, type HostAndPort } from './no-proxy.js';
import {
  checkSecret,
  checkWord,
  configOf,
  type ProxyAddress,
  type ProxyAuthMethod,
  type ProxyConfig,
} from './proxy-config.js';

/** What a user is known by. */
export interface ProxyCredentials {
  readonly username: string;
  readonly password: string;
}

/** Makes the identity of a config, which cannot be led back to what is in it. */
const identitySecret = randomBytes(32);

const AUTH_METHODS: readonly ProxyAuthMethod[] = ['none', 'basic', 'digest'];

/** Objects that are compared by identity, such as TLS options. */
const objectNumbers = new WeakMap<object, number>();
let lastObjectNumber = 0;

function numberOf(object: object): number {
  let number = objectNumbers.get(object);
  if (number === undefined) objectNumbers.set(object, (number = ++lastObjectNumber));
  return number;
}

/** A proxy, checked and complete. What is secret is in private members behind methods: no log shows it. */
export class ProxyServer {
  /** Host name or address, an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Whether the proxy itself is spoken to over TLS. */
  readonly isSecure: boolean;
  /** Whether `http:` URLs go through a tunnel as well. */
  readonly tunnelsAlways: boolean;
  /** Scheme, host and port: `http://proxy.example:3128`. */
  readonly origin: string;
  /** The same for configs that are the same, credentials included; says nothing of them. */
  readonly identity: string;
  /** Which challenge may be answered; `null` for any. */
  readonly authMethod: ProxyAuthMethod | null;
  readonly #credentials: ProxyCredentials | null;
  readonly #headers: MessageHeader;
  readonly #tls: TLSOptions;
  readonly #rules: NoProxyRules | null;

  /** @throws TypeError, RangeError for a malformed config; the text has no credentials. */
  constructor(config: ProxyConfig) {
    const {
      port,
      protocol = 'http',
      username,
      password,
      authMethod,
      tunnel = 'auto',
      nonProxyHosts,
    } = config;
    this.isSecure = checkWord(protocol, 'protocol', ['http', 'https']) === 'https';
    this.host = checkProxyHost(config.host);
    this.port = checkProxyPort(port ?? (this.isSecure ? HTTPS_PORT : HTTP_PORT));
    this.tunnelsAlways = checkWord(tunnel, 'tunnel', ['auto', 'always']) === 'always';
    this.authMethod = authMethod === undefined ? null : checkWord(authMethod, 'authMethod', AUTH_METHODS);
    this.#credentials = credentialsOf(username, password);
    this.#rules = nonProxyHosts === undefined ? null : new NoProxyRules(nonProxyHosts);
    this.#headers = headersOf(config.headers);
    this.#tls = tlsOf(config.tls);
    this.origin = `${protocol}://${authority(this.host, this.port)}`;
    this.identity = this.#identify(config);
  }

  /** The credentials to answer a challenge with; `null` for none. */
  credentials(): ProxyCredentials | null {
    return this.authMethod === 'none' ? null : this.#credentials;
  }

  /** Fields that the config adds. */
  headers(): MessageHeader {
    return this.#headers;
  }

  /** Options for TLS with the proxy. */
  tls(): TLSOptions {
    return this.#tls;
  }

  /** Whether a host is reached without this proxy. */
  bypasses(target: HostAndPort): boolean {
    return this.#rules?.match(target) ?? false;
  }

  #identify({ tls }: ProxyConfig): string {
    const parts = [
      this.#credentials?.username ?? null,
      this.#credentials?.password ?? null,
      this.authMethod,
      this.#headers.formatBlock(),
      tls === undefined ? 0 : numberOf(tls),
    ];
    return createHmac('sha256', identitySecret).update(JSON.stringify(parts)).digest('hex').slice(0, 16);
  }
}

/** Host and port as in a URL. */
export function authority(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}

/** Configs are read once; texts are remembered as well, up to a number that no program needs. */
const serversByObject = new WeakMap<object, ProxyServer>();
const serversByText = new Map<string, ProxyServer>();
const MAX_TEXTS = 256;

/** The proxy at an address. @throws TypeError, RangeError for a malformed one. */
export function proxyServerAt(address: ProxyAddress): ProxyServer {
  const known =
    typeof address === 'string' ? serversByText.get(address) : serversByObject.get(Object(address) as object);
  if (known !== undefined) return known;
  const server = new ProxyServer(configOf(address));
  if (typeof address !== 'string') serversByObject.set(address, server);
  else {
    if (serversByText.size >= MAX_TEXTS) serversByText.clear();
    serversByText.set(address, server);
  }
  return server;
}

function checkProxyHost(host: unknown): string {
  // The text may have a password in it, where a URL was meant: no error repeats it.
  if (typeof host !== 'string') throw new TypeError(`proxy: host must be a string (got ${typeof host})`);
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (bare === '' || /[\0-\x20\x7f/?#@[\]\\]/.test(bare)) {
    throw new TypeError(
      'proxy: host must be a host name or an IP address; for a URL, pass it as the proxy itself',
    );
  }
  return bare;
}

function checkProxyPort(port: unknown): number {
  if (typeof port !== 'number')
    throw new TypeError(`proxy: port must be a number (got ${describeValue(port)})`);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new RangeError(`proxy: port must be an integer from 1 to 65535 (got ${String(port)})`);
}

function credentialsOf(username: unknown, password: unknown): ProxyCredentials | null {
  if (username === undefined && password === undefined) return null;
  if (username === undefined) throw new TypeError('proxy: a password needs a username');
  return { username: checkSecret(username, 'username'), password: checkSecret(password ?? '', 'password') };
}

function headersOf(headers: ProxyConfig['headers']): MessageHeader {
  try {
    return new MessageHeader(headers);
  } catch {
    // What is malformed may be a secret.
    throw new TypeError('proxy: headers must be header fields with names and values that HTTP allows');
  }
}

function tlsOf(tls: unknown): TLSOptions {
  if (tls === undefined) return {};
  if (typeof tls === 'object' && tls !== null) return tls;
  throw new TypeError(`proxy: tls must be an object of options for tls.connect (got ${describeValue(tls)})`);
}

/**
 * Whether a host is reached without a proxy, by the `nonProxyHosts` of its config. POCO: `HTTPClientSession::bypassProxy`.
 *
 * @param host - a host name or address, also with a port: `intra.example:8080`, `[::1]:80`.
 * @throws TypeError, RangeError for a malformed config; TypeError for what is not a host.
 *
 * @example
 * ```ts
 * const proxy = { host: 'proxy.example', port: 3128, nonProxyHosts: ['.intra.example', /^test-/] };
 * console.log(bypassProxy(proxy, 'wiki.intra.example')); // true
 * ```
 */
export function bypassProxy(config: ProxyAddress, host: string): boolean {
  if (typeof host !== 'string' || host === '') {
    throw new TypeError(`bypassProxy(): the host must be a non-empty string (got ${describeValue(host)})`);
  }
  const [, name = host, port = '0'] = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(host) ?? [];
  return proxyServerAt(config).bypasses({ host: normalizedHost(name), port: Number(port) });
}
