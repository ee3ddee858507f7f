import { HTTP_PORT, HTTPS_PORT } from '../../constants.js';
import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import type { Clock, ConnectTarget } from '../../transport/index.js';

/** Where to connect to: host and port, a URL, `host:port`, or the path of a Unix domain socket. */
export type ConnectAddress =
  { readonly host: string; readonly port: number } | { readonly path: string } | URL | string;

/** The local end of a connection. */
export interface SourceAddress {
  /** A local IP address; any by default. */
  readonly address?: string;
  /** A local port; 0, the default, picks a free one. */
  readonly port?: number;
}

const KNOWN_SOURCE = new KnownNames('member of a source address', ['address', 'port']);
const KNOWN_ADDRESS = new KnownNames('member of an address', ['host', 'port', 'path']);

const CONTROLS = /[\0-\x20\x7f]/;

/** Checks a host name or address; throws `TypeError`. */
export function checkHost(host: unknown): string {
  if (typeof host !== 'string') throw new TypeError(`host: must be a string (got ${typeof host})`);
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (bare === '' || CONTROLS.test(bare) || /[/?#@[\]\\]/.test(bare)) {
    throw new TypeError(`host: must be a host name or an IP address (got ${JSON.stringify(host)})`);
  }
  return bare;
}

/** Checks a port to connect to (or, with `least` 0, to listen on); throws `TypeError` or `RangeError`. */
export function checkPort(port: unknown, least = 1): number {
  if (typeof port !== 'number') throw new TypeError(`port: must be a number (got ${typeof port})`);
  if (!Number.isInteger(port) || port < least || port > 65_535) {
    throw new RangeError(`port: must be an integer from ${String(least)} to 65535 (got ${String(port)})`);
  }
  return port;
}

/** Checks a duration in milliseconds; 0 means none. Throws `TypeError` or `RangeError`. */
export function checkTimeout(timeout: unknown, name = 'timeout'): number {
  if (typeof timeout !== 'number')
    throw new TypeError(`${name}: must be a number of milliseconds (got ${typeof timeout})`);
  if (!(timeout >= 0) || timeout === Infinity) {
    throw new RangeError(
      `${name}: must be a finite number of milliseconds, 0 or more (got ${String(timeout)})`,
    );
  }
  return timeout;
}

/** Checks a setting that is on or off; throws `TypeError`. */
export function checkBoolean(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`${name}: must be true or false (got ${describeValue(value)})`);
}

const CLOCK_METHODS = ['now', 'wallTime', 'setTimeout', 'clearTimeout'] as const satisfies (keyof Clock)[];

/** Checks a source of time; throws `TypeError`. */
export function checkClock(clock: Clock): void {
  if (CLOCK_METHODS.every((name) => typeof clock[name] === 'function')) return;
  throw new TypeError(`clock: must have ${CLOCK_METHODS.join('(), ')}() (got ${describeValue(clock)})`);
}

/** Checks a local address; throws `TypeError` or `RangeError`. */
export function checkSource(source: SourceAddress | string): SourceAddress {
  if (typeof source === 'string') return { address: checkHost(source) };
  checkOptions('source', source, KNOWN_SOURCE);
  return {
    ...(source.address === undefined ? {} : { address: checkHost(source.address) }),
    ...(source.port === undefined ? {} : { port: checkPort(source.port, 0) }),
  };
}

/** Resolves an address in any of its forms; throws `TypeError` or `RangeError`. */
export function resolveAddress(address: ConnectAddress): ConnectTarget & { readonly secure?: boolean } {
  if (typeof address === 'string') return resolveText(address);
  if (address instanceof URL) return resolveUrl(address);
  checkOptions('address', address, KNOWN_ADDRESS);
  if ('path' in address) return { path: checkPath(address.path) };
  return { host: checkHost(address.host), port: checkPort(address.port) };
}

function resolveText(text: string): ConnectTarget & { readonly secure?: boolean } {
  if (text.startsWith('/') || text.startsWith('./')) return { path: checkPath(text) };
  if (/^https?:\/\//i.test(text)) return resolveUrl(new URL(text));
  const match = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(text);
  if (match === null)
    throw new TypeError(`address: must be host:port, a URL or a path (got ${JSON.stringify(text)})`);
  return { host: checkHost(match[1]), port: checkPort(Number(match[2])) };
}

function resolveUrl(url: URL): ConnectTarget & { readonly secure: boolean } {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TypeError(`address: scheme must be http: or https: (got ${url.protocol})`);
  }
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? HTTPS_PORT : HTTP_PORT) : Number(url.port);
  return { host: checkHost(url.hostname), port: checkPort(port), secure };
}

function checkPath(path: string): string {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new TypeError(`path: must be a non-empty string without NUL (got ${JSON.stringify(path)})`);
  }
  return path;
}
