import { LIMITS } from '../../constants.js';
import { readIPv4, readIPv6 } from './ip-text.js';
import { badProxyHeader, type ProxiedAddresses, type ProxyHeader } from './proxy-header.js';
import { PROXY_BLOCK_SIGNATURE } from './proxy-signatures.js';

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
export function readProxyBlock(bytes: Buffer): ProxyHeader | undefined {
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
