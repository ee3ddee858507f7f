import { LIMITS } from '../../constants.js';
import { RemoteProtocolError } from '../../errors/index.js';
import { CR, LF } from '../grammar.js';
import { canonicalIPv6, isIPv4Text, readIPv4, readIPv6 } from './ip-text.js';

/** One end of the connection that a proxy accepted. */
export interface ProxiedAddress {
  /** The IP address; IPv6 in the form of RFC 5952. */
  readonly address: string;
  /** The port. */
  readonly port: number;
  /** Which kind of address. */
  readonly family: 'IPv4' | 'IPv6';
}

/** Both ends of the connection that a proxy accepted. */
export interface ProxiedAddresses {
  /** Where the client connected to. */
  readonly local: ProxiedAddress;
  /** The client. */
  readonly remote: ProxiedAddress;
}

/** A PROXY protocol header. */
export interface ProxyHeader {
  /** Of the protocol. */
  readonly version: 1 | 2;
  /** `undefined` when the header gives none that can be used: the connection's own addresses hold then. */
  readonly addresses: ProxiedAddresses | undefined;
  /** How many bytes the header takes. */
  readonly length: number;
}

/** The error for a malformed header. */
export function badProxyHeader(message: string): RemoteProtocolError {
  return new RemoteProtocolError(message, 'ERR_HTTP_SESSION_BAD_PROXY_HEADER');
}

/** What a PROXY protocol header of version 1 begins with. */
export const PROXY_LINE_START: Buffer = Buffer.from('PROXY ', 'latin1');

/** What a PROXY protocol header of version 2 begins with: bytes that no text protocol and no TLS record begins with. */
export const PROXY_BLOCK_SIGNATURE: Buffer = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/**
 * Reads a PROXY protocol header of either version from the beginning of `bytes`; `undefined` while it is incomplete.
 * More bytes never change a verdict.
 *
 * @throws RemoteProtocolError when it is malformed, too long, or none at all
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | undefined {
  if (isBeginOf(bytes, PROXY_LINE_START)) {
    return bytes.length < PROXY_LINE_START.length ? undefined : readProxyLine(bytes);
  }
  if (isBeginOf(bytes, PROXY_BLOCK_SIGNATURE)) return readProxyBlock(bytes);
  throw badProxyHeader('there is no PROXY header');
}

/** Do the bytes and the signature agree as far as both go? */
function isBeginOf(bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length);
  return bytes.subarray(0, length).equals(signature.subarray(0, length));
}

/*
 * Version 1 of the PROXY protocol (the specification of HAProxy, section 2.1): one line of text.
 *
 *     PROXY TCP4 192.0.2.1 198.51.100.1 56324 443 CR LF
 *     PROXY UNKNOWN, with anything up to CR LF
 */

/** What follows `UNKNOWN` is to be ignored, whatever it is. */
const UNKNOWN_LINE = /^PROXY UNKNOWN(?: .*)?$/;
const TCP_LINE = /^PROXY TCP([46]) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+)$/;
/** Leading zeros are not permitted. */
const PORT = /^(?:0|[1-9][0-9]{0,4})$/;
const MAX_PORT = 65_535;

/** Reads a header that begins with `PROXY `; `undefined` while its end has not arrived. @throws RemoteProtocolError */
function readProxyLine(bytes: Buffer): ProxyHeader | undefined {
  const end = lineEnd(bytes);
  if (end === undefined) return undefined;
  const line = bytes.toString('latin1', 0, end);
  const length = end + 2;
  if (UNKNOWN_LINE.test(line)) return { version: 1, addresses: undefined, length };
  const [, family, remote, local, remotePort, localPort] = TCP_LINE.exec(line) ?? [];
  if (family === undefined) throw badProxyHeader('the PROXY line is malformed');
  return {
    version: 1,
    addresses: {
      local: checkedAddress(family, local as string, localPort as string),
      remote: checkedAddress(family, remote as string, remotePort as string),
    },
    length,
  };
}

/** Where the CR of the line end stands. Nothing but visible ASCII and spaces may stand before it. */
function lineEnd(bytes: Buffer): number | undefined {
  const limit = LIMITS.maxProxyLineBytes.value;
  for (let at = 0; at < Math.min(bytes.length, limit - 1); at++) {
    const byte = bytes[at] as number;
    if (byte === CR) {
      if (bytes[at + 1] === undefined) return undefined;
      if (bytes[at + 1] === LF) return at;
    }
    if (byte < 0x20 || byte > 0x7e)
      throw badProxyHeader('the PROXY line holds a character that has no place there');
  }
  if (bytes.length >= limit - 1) throw badProxyHeader('the PROXY line is too long');
  return undefined;
}

function checkedAddress(family: string, text: string, port: string): ProxiedAddress {
  const address = family === '6' ? canonicalIPv6(text) : isIPv4Text(text) ? text : undefined;
  if (address === undefined)
    throw badProxyHeader(`the PROXY line has no IPv${family} address where one must be`);
  if (!PORT.test(port) || Number(port) > MAX_PORT)
    throw badProxyHeader('the PROXY line has a malformed port');
  return { address, port: Number(port), family: family === '6' ? 'IPv6' : 'IPv4' };
}

/*
 * Version 2 of the PROXY protocol (the specification of HAProxy, section 2.2): a signature, four bytes that say what
 * follows and how much of it, addresses, and then type-length-value triples, which are passed over.
 */

const COMMAND_AT = PROXY_BLOCK_SIGNATURE.length;
const FAMILY_AT = COMMAND_AT + 1;
const LENGTH_AT = COMMAND_AT + 2;
const ADDRESSES_AT = COMMAND_AT + 4;

/** Version 2 in the upper four bits, the command in the lower: the proxy's own connection, such as a health check. */
const LOCAL = 0x20;
const PROXY = 0x21;

const TCP_OVER_IPV4 = 0x11;
const TCP_OVER_IPV6 = 0x21;

/** The combinations of address family and transport that are assigned, and the bytes that their addresses take. */
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

/** Reads a header that begins with the signature; `undefined` while it is incomplete. @throws RemoteProtocolError */
function readProxyBlock(bytes: Buffer): ProxyHeader | undefined {
  const command = bytes[COMMAND_AT];
  if (command === undefined) return undefined;
  if (command >> 4 !== 2) throw badProxyHeader('the version of the PROXY header is not 2');
  if (command !== LOCAL && command !== PROXY)
    throw badProxyHeader('the command of the PROXY header is unknown');
  const family = bytes[FAMILY_AT];
  if (family === undefined) return undefined;
  // What LOCAL says of addresses is to be ignored, the family included.
  const addressBytes = command === LOCAL ? 0 : ADDRESS_BYTES.get(family);
  if (addressBytes === undefined) throw badProxyHeader('the address family of the PROXY header is unknown');
  const end = blockEnd(bytes, addressBytes);
  if (end === undefined || bytes.length < end) return undefined;
  if (command === LOCAL || family === UNSPECIFIED) return { version: 2, addresses: undefined, length: end };
  checkTriples(bytes, ADDRESSES_AT + addressBytes, end);
  return { version: 2, addresses: addressesIn(bytes, family), length: end };
}

function blockEnd(bytes: Buffer, addressBytes: number): number | undefined {
  if (bytes.length < ADDRESSES_AT) return undefined;
  const length = bytes.readUInt16BE(LENGTH_AT);
  if (length < addressBytes) throw badProxyHeader('the PROXY header is too short for its addresses');
  const end = ADDRESSES_AT + length;
  if (end > LIMITS.maxProxyBlockBytes.value) throw badProxyHeader('the PROXY header is too long');
  return end;
}

/** The triples must fill the rest of the header exactly. */
function checkTriples(bytes: Buffer, start: number, end: number): void {
  let at = start;
  while (at + TLV_HEAD_BYTES <= end) at += TLV_HEAD_BYTES + bytes.readUInt16BE(at + 1);
  if (at !== end) throw badProxyHeader('the PROXY header has a value that ends outside of it');
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
