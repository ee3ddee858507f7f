import { readFile } from 'node:fs/promises';

import { proxyFromEnvironment, type ClientRequestInit, type ProxyOption } from '../client/index.js';
import { HTTPRequest } from '../protocol/index.js';
import type { TLSOptions } from '../transport/index.js';
import { choiceOption, integerOption, parseOptions, refuseMore, secondsOption } from './arguments.js';
import { ACCEPTED_CODINGS } from './get-decoding.js';
import { bodyOf } from './get-body.js';
import { GET_TABLE } from './get-table.js';
import { basicCredentials, httpUrl, remoteName } from './get-url.js';
import type { CommandIO } from './io.js';
import { packageVersion, UsageError } from './usage.js';

/** The options of `http-session get`, validated. */
export interface GetOptions {
  /** Without user and password. */
  readonly url: URL;
  readonly request: ClientRequestInit;
  /** Whether to print the status line and header fields instead of the body. */
  readonly head: boolean;
  /** Whether to print them before the body. */
  readonly include: boolean;
  /** The file to write to; `undefined` for standard output. */
  readonly output: string | undefined;
  /** Whether the body is printed. */
  readonly body: boolean;
  /** Whether bodies are decoded. */
  readonly compressed: boolean;
  /** Whether a status of 400 or more is a failure. */
  readonly fail: boolean;
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
  readonly tls: TLSOptions | undefined;
  readonly json: boolean;
  readonly timing: boolean;
  readonly trace: boolean;
  /** Whether the heads of messages are printed. */
  readonly verbose: boolean;
  /** In milliseconds; `undefined` for the client's defaults. */
  readonly timeout: number | undefined;
  /** How long one request may take in all, in milliseconds; `undefined` for any time. */
  readonly maxTime: number | undefined;
}

const MAX_REPEAT = 1_000_000_000;

/** As many connections as a client has at most by default. */
const MAX_PARALLEL = 1024;

const MAX_RETRY = 1000;

/** The longest delay of a Node.js timer, in milliseconds. */
const MAX_TIMEOUT = 2_147_483_647;

/**
 * Reads the arguments of `get`, and the files that they name.
 *
 * @param io - its environment names the proxy, unless the arguments do.
 * @throws UsageError; Error if a file cannot be read
 */
export async function readGetOptions(
  args: readonly string[],
  io: Pick<CommandIO, 'env' | 'stdin'>,
): Promise<GetOptions> {
  const { values, positionals } = parseOptions(args, GET_TABLE);
  const [address] = positionals;
  if (address === undefined) throw new UsageError('the URL is missing');
  refuseMore(positionals, 1);
  const { head, include, json, timing, trace, verbose, location, compressed, fail, data } = values;
  const method = methodOf(values.method, head, data);
  const parallel = integerOption('--parallel', values.parallel, 1, MAX_PARALLEL);
  const repeat = integerOption('--repeat', values.repeat ?? String(parallel), 1, MAX_REPEAT);
  const retry = integerOption('--retry', values.retry, 0, MAX_RETRY);
  const timeout =
    values.timeout === undefined ? undefined : integerOption('--timeout', values.timeout, 0, MAX_TIMEOUT);
  const limit = values['max-time'];
  const maxTime = limit === undefined ? undefined : secondsOption('--max-time', limit, MAX_TIMEOUT);
  const isBodyPrinted = choiceOption('--body', values.body, GET_TABLE.body.words) !== 'none';
  const socketPath = values['unix-socket'];
  const proxy = proxyOf(values.proxy, socketPath, io.env);
  const url = httpUrl(address);
  const output = outputOf(values.output, values['remote-name'], url);
  const headers = [...(values.header ?? []).map(fieldOf)];
  addDefaults(headers, url, compressed);
  url.username = url.password = '';
  checkMessage(method, url.pathname + url.search, headers);
  const tls = await tlsOf(values.insecure, values.cacert);
  const body = data === undefined ? undefined : await bodyOf(data, io);
  const request = { method, headers, body };
  const printed = { head, include, output, body: isBodyPrinted, json, timing, trace, verbose };
  const sent = { compressed, fail, repeat, parallel, location, retry, timeout, maxTime };
  return { url, request, ...printed, ...sent, proxy, socketPath, tls };
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

function methodOf(method: string | undefined, head: boolean, data: readonly string[] | undefined): string {
  if (!head) return method ?? (data === undefined ? 'GET' : 'POST');
  if (data !== undefined) throw new UsageError('--head and --data exclude each other');
  if (method !== undefined && method !== 'HEAD') throw new UsageError('--head is --method HEAD');
  return 'HEAD';
}

function outputOf(file: string | undefined, isNamedByUrl: boolean, url: URL): string | undefined {
  if (file === '') throw new UsageError('--output must not be empty');
  if (!isNamedByUrl) return file === '-' ? undefined : file;
  if (file !== undefined) throw new UsageError('--output and --remote-name exclude each other');
  return remoteName(url);
}

async function tlsOf(insecure: boolean, file: string | undefined): Promise<TLSOptions | undefined> {
  if (insecure && file !== undefined) throw new UsageError('--insecure and --cacert exclude each other');
  if (insecure) return { rejectUnauthorized: false };
  return file === undefined ? undefined : { ca: await authoritiesIn(file) };
}

/** Node.js trusts nothing, without a word, where a file has no certificate. */
async function authoritiesIn(file: string): Promise<string> {
  const text = await readFile(file, 'latin1').catch((error: unknown) => {
    throw new Error(`cannot read the file of --cacert: ${(error as Error).message}`, { cause: error });
  });
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new Error(`the file of --cacert has no certificate in PEM format: ${file}`);
}

function fieldOf(text: string): [string, string] {
  const colon = text.indexOf(':');
  if (colon === -1) throw new UsageError(`--header ${JSON.stringify(text)} is not of the form 'Name: value'`);
  return [text.slice(0, colon), text.slice(colon + 1)];
}

/** Adds default fields (RFC 9110 section 10.1.5) unless `--header` set them. */
function addDefaults(headers: [string, string][], url: URL, compressed: boolean): void {
  const has = (name: string): boolean => headers.some(([other]) => other.toLowerCase() === name);
  if (!has('user-agent')) headers.push(['User-Agent', `http-session/${packageVersion()}`]);
  if (!has('accept')) headers.push(['Accept', '*/*']);
  if (compressed && !has('accept-encoding')) headers.push(['Accept-Encoding', ACCEPTED_CODINGS]);
  if (!has('authorization') && (url.username !== '' || url.password !== '')) {
    headers.push(['Authorization', basicCredentials(url)]);
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
