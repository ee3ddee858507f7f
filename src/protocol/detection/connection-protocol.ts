import { LIMITS } from '../../constants.js';
import { CR, isTargetCode, isTokenCode, LF, SP } from '../grammar.js';
import { PROXY_LINE_START, PROXY_BLOCK_SIGNATURE } from './proxy-header.js';

/*
 * The protocol of a connection, recognised from its first bytes. All recognisers see the same bytes, and each says yes,
 * no, or that it needs more. A later one is asked only once the earlier ones have said no, so that the verdict depends
 * on the bytes alone and never on how they were split.
 */

/** The protocol of a connection. `proxy-v1` and `proxy-v2` are headers in front of another protocol. */
export type ConnectionProtocol = 'http' | 'http2' | 'tls' | 'proxy-v1' | 'proxy-v2' | 'unknown';

/** `undefined`: more bytes are needed. */
type Recogniser = (bytes: Buffer) => boolean | undefined;

/** RFC 9113 section 3.4. Its first word was chosen because no HTTP/1 server accepts it as a method. */
const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

const EMPTY_LINE = Buffer.from('\r\n', 'latin1');

const RECOGNISERS: readonly (readonly [ConnectionProtocol, Recogniser])[] = [
  ['tls', isClientHello],
  ['proxy-v2', (bytes) => startsWithAll(bytes, PROXY_BLOCK_SIGNATURE)],
  ['http2', (bytes) => startsWithAll(bytes, HTTP2_PREFACE)],
  ['proxy-v1', (bytes) => startsWithAll(bytes, PROXY_LINE_START)],
  ['http', isRequestLine],
];

/**
 * The protocol that the first bytes of a connection start; `undefined` while that is unknown. More bytes never change a
 * verdict, and after `maxPeekBytes` there always is one.
 */
export function recogniseProtocol(bytes: Buffer): ConnectionProtocol | undefined {
  const seen = bytes.subarray(0, LIMITS.maxPeekBytes.value);
  for (const [protocol, isIt] of RECOGNISERS) {
    const verdict = isIt(seen);
    if (verdict === true) return protocol;
    if (verdict === undefined) return seen.length < LIMITS.maxPeekBytes.value ? undefined : 'unknown';
  }
  return 'unknown';
}

/** Whether the bytes start with all of `start`. */
function startsWithAll(bytes: Buffer, start: Buffer, from = 0): boolean | undefined {
  for (let at = 0; at < start.length; at++) {
    if (from + at >= bytes.length) return undefined;
    if (bytes[from + at] !== start[at]) return false;
  }
  return true;
}

const TLS_HANDSHAKE = 22;
const TLS_MAJOR = 3;
const TLS_LAST_MINOR = 4;
const TLS_MAX_FRAGMENT = 2 ** 14;
const TLS_CLIENT_HELLO = 1;

/** Whether this is a TLS record that starts with a ClientHello (RFC 8446 sections 5.1 and 4). */
function isClientHello(bytes: Buffer): boolean | undefined {
  const [type, major, minor, high, low, message] = bytes;
  if (type === undefined) return undefined;
  if (type !== TLS_HANDSHAKE) return false;
  if (major === undefined) return undefined;
  if (major !== TLS_MAJOR) return false;
  if (minor === undefined) return undefined;
  if (minor > TLS_LAST_MINOR) return false;
  if (high === undefined || low === undefined) return undefined;
  const length = high * 256 + low;
  // A fragment of a handshake message must not be empty.
  if (length === 0 || length > TLS_MAX_FRAGMENT) return false;
  return message === undefined ? undefined : message === TLS_CLIENT_HELLO;
}

/**
 * Whether this is the start of a request line (RFC 9112 section 3), after the empty lines that a server ignores
 * (section 2.2).
 *
 * A token and a space are not enough: the greeting of SSH, and commands of mail and file transfer, start with them too.
 * What follows must be able to start a request target.
 */
function isRequestLine(bytes: Buffer): boolean | undefined {
  const start = skipEmptyLines(bytes);
  if (start === undefined) return undefined;
  let at = start;
  while (at < bytes.length && isTokenCode(bytes[at] as number)) at++;
  if (at === bytes.length) return undefined;
  if (at === start || bytes[at] !== SP) return false;
  return startsTarget(bytes, at + 1, bytes.toString('latin1', start, at));
}

/** The index where the empty lines end. */
function skipEmptyLines(bytes: Buffer): number | undefined {
  let at = 0;
  for (let line = 0; line < LIMITS.maxLeadingEmptyLines.value; line++) {
    if (bytes[at] !== CR) return at;
    if (bytes[at + 1] === undefined) return undefined;
    if (bytes[at + 1] !== LF) return at;
    at += EMPTY_LINE.length;
  }
  return at;
}

const SLASH = 0x2f;
const ASTERISK = 0x2a;
const ABSOLUTE_FORMS = ['http://', 'https://'] as const;

function startsTarget(bytes: Buffer, at: number, method: string): boolean | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first === SLASH || first === ASTERISK) return true;
  if (method === 'CONNECT') return isTargetCode(first);
  const longest = 'https://'.length;
  // Schemes are case-insensitive (RFC 9110 section 4.2.3).
  const start = bytes.toString('latin1', at, at + longest).toLowerCase();
  if (ABSOLUTE_FORMS.some((form) => start.startsWith(form))) return true;
  return ABSOLUTE_FORMS.some((form) => form.startsWith(start)) ? undefined : false;
}
