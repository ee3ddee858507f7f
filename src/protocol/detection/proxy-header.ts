import { LIMITS } from '../../constants.js';
import { RemoteProtocolError } from '../../errors/index.js';
import { CR, LF } from '../grammar.js';
import { canonicalIPv6, isIPv4Text, readIPv4, readIPv6 } from './ip-text.js';

/** One end of the connection that the proxy accepted. */
export interface ProxiedAddress {
  /** The IP address, IPv6 in the form of RFC 5952. */
  readonly address: string;
  /** The port. */
  readonly port: number;
  /** The kind of address. */
  readonly family: 'IPv4' | 'IPv6';
}

/** Both ends of the connection that the proxy accepted. */
export interface ProxiedAddresses {
  /** The address the client connected to. */
  readonly local: ProxiedAddress;
  /** The client. */
  readonly remote: ProxiedAddress;
}

/** A PROXY protocol header. */
export interface ProxyHeader {
  /** The version of the PROXY protocol. */
  readonly version: 1 | 2;
  /** `undefined` when the header has none that can be used. The connection's own addresses count then. */
  readonly addresses: ProxiedAddresses | undefined;
  /** The length of the header in bytes. */
  readonly length: number;
}

/** The error for a malformed header. */
export function badProxyHeader(message: string): RemoteProtocolError {
  return new RemoteProtocolError(message, 'ERR_HTTP_SESSION_BAD_PROXY_HEADER');
}

/** The start of a PROXY protocol header of version 1. */
export const PROXY_LINE_START: Buffer = Buffer.from('PROXY ', 'latin1');

/** The start of a PROXY protocol header of version 2: bytes that start no text protocol and no TLS record. */
export const PROXY_BLOCK_SIGNATURE: Buffer = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/**
 * Reads a PROXY protocol header of either version from the start of `bytes`; `undefined` while it is incomplete.
 * More bytes never change a verdict.
 *
 * @throws RemoteProtocolError when it is malformed, too long, or missing.
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | undefined {
  if (agrees(bytes, PROXY_LINE_START)) {
    return bytes.length < PROXY_LINE_START.length ? undefined : readProxyLine(bytes);
  }
  if (agrees(bytes, PROXY_BLOCK_SIGNATURE)) return readProxyBlock(bytes);
  throw badProxyHeader('PROXY header: missing');
}

/** Whether the bytes and the signature are equal as far as both go. */
function agrees(bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length);
  return bytes.subarray(0, length).equals(signature.subarray(0, length));
}

/*
 * Version 1 of the PROXY protocol (the specification of HAProxy, section 2.1): one line of text.
 *
 *     PROXY TCP4 192.0.2.1 198.51.100.1 56324 443 CR LF
 *     PROXY UNKNOWN, with anything up to CR LF
 */

/** Whatever follows `UNKNOWN` is ignored. */
const UNKNOWN_LINE = /^PROXY UNKNOWN(?: .*)?$/;
const TCP_LINE = /^PROXY TCP([46]) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+)$/;
/** Leading zeros are not permitted. */
const PORT = /^(?:0|[1-9][0-9]{0,4})$/;
const MAX_PORT = 65_535;

/** Reads a header that starts with `PROXY `; `undefined` while its end has not arrived. @throws RemoteProtocolError */
function readProxyLine(bytes: Buffer): ProxyHeader | undefined {
  const end = lineEnd(bytes);
  if (end === undefined) return undefined;
  const line = bytes.toString('latin1', 0, end);
  const length = end + 2;
  if (UNKNOWN_LINE.test(line)) return { version: 1, addresses: undefined, length };
  const [, family, remote, local, remotePort, localPort] = TCP_LINE.exec(line) ?? [];
  if (family === undefined) throw badProxyHeader('PROXY line: malformed');
  return {
    version: 1,
    addresses: {
      local: checkedAddress(family, local as string, localPort as string),
      remote: checkedAddress(family, remote as string, remotePort as string),
    },
    length,
  };
}

/** The index of the CR that ends the line. Only visible ASCII and spaces may stand before it. */
function lineEnd(bytes: Buffer): number | undefined {
  const limit = LIMITS.maxProxyLineBytes.value;
  for (let at = 0; at < Math.min(bytes.length, limit - 1); at++) {
    const byte = bytes[at] as number;
    if (byte === CR) {
      if (bytes[at + 1] === undefined) return undefined;
      if (bytes[at + 1] === LF) return at;
    }
    if (byte < 0x20 || byte > 0x7e) throw badProxyHeader('PROXY line: invalid character');
  }
  if (bytes.length >= limit - 1) throw badProxyHeader('PROXY line: too long');
  return undefined;
}

function checkedAddress(family: string, text: string, port: string): ProxiedAddress {
  const address = family === '6' ? canonicalIPv6(text) : isIPv4Text(text) ? text : undefined;
  if (address === undefined) throw badProxyHeader(`PROXY line: not an IPv${family} address`);
  if (!PORT.test(port) || Number(port) > MAX_PORT) throw badProxyHeader('PROXY line: malformed port');
  return { address, port: Number(port), family: family === '6' ? 'IPv6' : 'IPv4' };
}

/*
 * Version 2 of the PROXY protocol (the specification of HAProxy, section 2.2): a signature, four bytes that say what
 * follows and how much of it, addresses, and then type-length-value triples, which are skipped.
 */

const COMMAND_AT = PROXY_BLOCK_SIGNATURE.length;
const FAMILY_AT = COMMAND_AT + 1;
const LENGTH_AT = COMMAND_AT + 2;
const ADDRESSES_AT = COMMAND_AT + 4;

/** Version 2 in the upper four bits, the command in the lower. LOCAL: the proxy's own connection, such as a health check. */
const LOCAL = 0x20;
const PROXY = 0x21;

const TCP_OVER_IPV4 = 0x11;
const TCP_OVER_IPV6 = 0x21;

/** The assigned combinations of address family and transport, and the bytes that their addresses take. */
const ADDRESS_BYTES: ReadonlyMap<number, number> = new Map([
  [0x00, 0],
  [TCP_OVER_IPV4, 12],
  [0x12, 12],
  [TCP_OVER_IPV6, 36],
  [0x22, 36],
  [0x31, 216],
  [0x32, 216],
]);

const UNSPECIFIED = 0x00;

/** A type of one byte and a length of two. */
const TLV_HEAD_BYTES = 3;

/** Reads a header that starts with the signature; `undefined` while it is incomplete. @throws RemoteProtocolError */
function readProxyBlock(bytes: Buffer): ProxyHeader | undefined {
  const command = bytes[COMMAND_AT];
  if (command === undefined) return undefined;
  if (command >> 4 !== 2) throw badProxyHeader('PROXY header: unknown version');
  if (command !== LOCAL && command !== PROXY) throw badProxyHeader('PROXY header: unknown command');
  const family = bytes[FAMILY_AT];
  if (family === undefined) return undefined;
  // The addresses of LOCAL are ignored, the family included.
  const addressBytes = command === LOCAL ? 0 : ADDRESS_BYTES.get(family);
  if (addressBytes === undefined) throw badProxyHeader('PROXY header: unknown address family');
  const end = blockEnd(bytes, addressBytes);
  if (end === undefined || bytes.length < end) return undefined;
  if (command === LOCAL || family === UNSPECIFIED) return { version: 2, addresses: undefined, length: end };
  checkTriples(bytes, ADDRESSES_AT + addressBytes, end);
  return { version: 2, addresses: addressesIn(bytes, family), length: end };
}

function blockEnd(bytes: Buffer, addressBytes: number): number | undefined {
  if (bytes.length < ADDRESSES_AT) return undefined;
  const length = bytes.readUInt16BE(LENGTH_AT);
  if (length < addressBytes) throw badProxyHeader('PROXY header: too short for its addresses');
  const end = ADDRESSES_AT + length;
  if (end > LIMITS.maxProxyBlockBytes.value) throw badProxyHeader('PROXY header: too long');
  return end;
}

/** The triples must fill the rest of the header exactly. */
function checkTriples(bytes: Buffer, start: number, end: number): void {
  let at = start;
  while (at + TLV_HEAD_BYTES <= end) at += TLV_HEAD_BYTES + bytes.readUInt16BE(at + 1);
  if (at !== end) throw badProxyHeader('PROXY header: a value extends beyond its end');
}

/** Unix sockets and datagrams have no addresses that a TCP connection could have. */
function addressesIn(bytes: Buffer, family: number): ProxiedAddresses | undefined {
  if (family === TCP_OVER_IPV4) {
    return {
      remote: {
        address: readIPv4(bytes, ADDRESSES_AT),
        port: bytes.readUInt16BE(ADDRESSES_AT + 8),
        family: 'IPv4',
      },
      local: {
        address: readIPv4(bytes, ADDRESSES_AT + 4),
        port: bytes.readUInt16BE(ADDRESSES_AT + 10),
        family: 'IPv4',
      },
    };
  }
  if (family !== TCP_OVER_IPV6) return undefined;
  return {
    remote: {
      address: readIPv6(bytes, ADDRESSES_AT),
      port: bytes.readUInt16BE(ADDRESSES_AT + 32),
      family: 'IPv6',
    },
    local: {
      address: readIPv6(bytes, ADDRESSES_AT + 16),
      port: bytes.readUInt16BE(ADDRESSES_AT + 34),
      family: 'IPv6',
    },
  };
}
