import { readFile } from 'node:fs/promises';

import { proxyFromEnvironment, type ClientRequestInit, type ProxyOption } from '../client/index.js';
import { HTTPRequest } from '../protocol/index.js';
import { integerOption, parseOptions, refuseMore } from './arguments.js';
import type { CommandIO } from './io.js';
import { packageVersion, UsageError } from './usage.js';

/** The options of `http-session get`, validated. */
export interface GetOptions {
  /** Without user and password. */
  readonly url: URL;
  readonly request: ClientRequestInit;
  /** Whether to print the status line and header fields instead of the body. */
  readonly head: boolean;
  /** How many requests there are in all. */
  readonly repeat: number;
  /** How many of them are in progress at once. */
  readonly parallel: number;
  /** Whether redirects are followed. */
  readonly location: boolean;
  /** How often a request that failed is repeated where that is safe. */
  readonly retry: number;
  readonly proxy: ProxyOption | undefined;
  readonly socketPath: string | undefined;
  readonly json: boolean;
  readonly trace: boolean;
  /** In milliseconds; `undefined` for the client's defaults. */
  readonly timeout: number | undefined;
}

const MAX_REPEAT = 1_000_000_000;

/** As many connections as a client has at most by default. */
const MAX_PARALLEL = 1024;

const MAX_RETRY = 1000;

/** The longest delay of a Node.js timer, in milliseconds. */
const MAX_TIMEOUT = 2_147_483_647;

const OPTIONS = {
  method: { type: 'string' },
  header: { type: 'string', multiple: true },
  data: { type: 'string' },
  head: { type: 'boolean', default: false },
  repeat: { type: 'string' },
  parallel: { type: 'string', default: '1' },
  location: { type: 'boolean', short: 'L', default: false },
  retry: { type: 'string', default: '0' },
  proxy: { type: 'string' },
  'unix-socket': { type: 'string' },
  json: { type: 'boolean', default: false },
  trace: { type: 'boolean', default: false },
  timeout: { type: 'string' },
} as const;

/**
 * Reads the arguments of `get`, and the file of `--data @FILE`.
 *
 * @param env - names the proxy, unless the arguments do.
 * @throws UsageError; Error if the file cannot be read
 */
export async function readGetOptions(args: readonly string[], env: CommandIO['env']): Promise<GetOptions> {
  const { values, positionals } = parseOptions(args, OPTIONS);
  const [address] = positionals;
  if (address === undefined) throw new UsageError('the URL is missing');
  refuseMore(positionals, 1);
  const { head, json, trace, location } = values;
  const method = methodOf(values.method, head, values.data);
  const parallel = integerOption('--parallel', values.parallel, 1, MAX_PARALLEL);
  const repeat = integerOption('--repeat', values.repeat ?? String(parallel), 1, MAX_REPEAT);
  const retry = integerOption('--retry', values.retry, 0, MAX_RETRY);
  const timeout =
    values.timeout === undefined ? undefined : integerOption('--timeout', values.timeout, 0, MAX_TIMEOUT);
  const socketPath = values['unix-socket'];
  const proxy = proxyOf(values.proxy, socketPath, env);
  const url = httpUrl(address);
  const headers = [...(values.header ?? []).map(fieldOf)];
  addDefaults(headers, url);
  url.username = url.password = '';
  checkMessage(method, url.pathname + url.search, headers);
  const body = values.data === undefined ? undefined : await bodyOf(values.data);
  const request = { method, headers, body };
  return { url, request, head, repeat, parallel, location, retry, proxy, socketPath, json, trace, timeout };
}

/** An empty `--proxy` is none, whatever the environment says. */
function proxyOf(
  address: string | undefined,
  socketPath: string | undefined,
  env: CommandIO['env'],
): ProxyOption | undefined {
  if (socketPath === '') throw new UsageError('--unix-socket must not be empty');
  if (socketPath !== undefined) {
    if (address === undefined) return undefined;
    throw new UsageError('--unix-socket and --proxy exclude each other');
  }
  if (address === '') return undefined;
  if (address !== undefined) return address;
  try {
    return proxyFromEnvironment(env);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function methodOf(method: string | undefined, head: boolean, data: string | undefined): string {
  if (!head) return method ?? (data === undefined ? 'GET' : 'POST');
  if (data !== undefined) throw new UsageError('--head and --data exclude each other');
  if (method !== undefined && method !== 'HEAD') throw new UsageError('--head is --method HEAD');
  return 'HEAD';
}

function httpUrl(text: string): URL {
  if (!/^https?:\/\//i.test(text)) {
    throw new UsageError(`${JSON.stringify(text)} must start with http:// or https://`);
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw new UsageError(`${JSON.stringify(text)} is not a valid URL`);
  if (url.port === '0') throw new UsageError('nothing can listen on port 0');
  return url;
}

function fieldOf(text: string): [string, string] {
  const colon = text.indexOf(':');
  if (colon === -1) throw new UsageError(`--header ${JSON.stringify(text)} is not of the form 'Name: value'`);
  return [text.slice(0, colon), text.slice(colon + 1)];
}

/** Adds default fields (RFC 9110 section 10.1.5) unless `--header` set them. */
function addDefaults(headers: [string, string][], url: URL): void {
  const has = (name: string): boolean => headers.some(([other]) => other.toLowerCase() === name);
  if (!has('user-agent')) headers.push(['User-Agent', `http-session/${packageVersion()}`]);
  if (!has('accept')) headers.push(['Accept', '*/*']);
  if (!has('authorization') && (url.username !== '' || url.password !== '')) {
    headers.push(['Authorization', basicCredentials(url)]);
  }
}

/* Sends user and password of a URL as curl does: as Basic authentication (RFC 7617). */
function basicCredentials(url: URL): string {
  try {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  } catch {
    throw new UsageError('user and password of the URL are not percent-encoded UTF-8');
  }
}

/** Builds the message once, to report a malformed one before a connection is opened. */
function checkMessage(method: string, path: string, headers: [string, string][]): void {
  // The target of CONNECT is an authority, which a URL cannot name.
  if (method === 'CONNECT')
    throw new UsageError('CONNECT is not supported: it is for tunnels, and a URL does not name one');
  try {
    new HTTPRequest(method, path, { headers });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function bodyOf(data: string): Promise<string | Buffer> {
  if (!data.startsWith('@')) return data;
  try {
    return await readFile(data.slice(1));
  } catch (error) {
    throw new Error(`cannot read the file of --data: ${(error as Error).message}`, { cause: error });
  }
}
