import { INSPECTOR_PORT } from '../inspector/inspector-port.js';
import { net } from '../transport/index.js';
import { bareHost, portOption } from './arguments.js';
import { UsageError } from './usage.js';

/**
 * Writes an option whose value may be left out with one, which `parseArgs` cannot.
 *
 * @param value - the one that it has then.
 * @param isValue - whether the next argument is its value.
 */
export function withDefault(
  args: readonly string[],
  name: string,
  value: string,
  isValue: (next: string) => boolean,
): readonly string[] {
  const at = args.indexOf(name);
  if (at === -1) return args;
  const next = args[at + 1];
  const given = next !== undefined && isValue(next) ? next : null;
  const rest = args.slice(given === null ? at + 1 : at + 2);
  return [...args.slice(0, at), given === null ? `${name}=${value}` : `${name}=${given}`, ...rest];
}

/** Where the page of the inspector listens. */
export interface PageAddress {
  readonly host: string;
  readonly port: number;
}

/** How the page of the inspector is opened. */
export interface PageOptions extends PageAddress {
  /** Its other names. */
  readonly allowedHosts?: readonly string[] | undefined;
}

const LOOPBACK = '127.0.0.1';

/** Reads the value of `--inspect`: a port, a host, or both; an IPv6 address with a port is in brackets. @throws UsageError */
export function pageAddress(text: string): PageAddress {
  if (/^-?[\d.]+$/.test(text) && net.isIP(text) === 0) {
    return { host: LOOPBACK, port: portOption('--inspect', text) };
  }
  const [, host = text, port] = net.isIP(text) === 6 ? [] : (/^(.*?)(?::([^:\]]*))?$/.exec(text) ?? []);
  return {
    host: pageHost(host),
    port: port === undefined ? INSPECTOR_PORT : portOption('the port of --inspect', port),
  };
}

function pageHost(text: string): string {
  const host = bareHost(text, 'the host of --inspect');
  if (/^[\w.%-]+$/.test(host) || net.isIP(host) !== 0) return host;
  throw new UsageError(`--inspect must be PORT, HOST or HOST:PORT (got ${JSON.stringify(text)})`);
}

/** The value of `--inspect` that leads to a page. */
export function pageOption({ host, port }: PageAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}

/** The usual port of the page. */
export const USUAL_PAGE = String(INSPECTOR_PORT);

/** Where programs of this machine reach a page: one on all addresses is on the loopback, too. */
export function reachable({ host, port }: PageAddress): string {
  const reached = host === '0.0.0.0' ? LOOPBACK : host === '::' ? '::1' : host;
  return pageOption({ host: reached, port });
}
