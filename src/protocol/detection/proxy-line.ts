import { LIMITS } from '../../constants.js';
import { CR, LF } from '../grammar.js';
import { canonicalIPv6, isIPv4Text } from './ip-text.js';
import { badProxyHeader, type ProxiedAddress, type ProxyHeader } from './proxy-header.js';

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
export function readProxyLine(bytes: Buffer): ProxyHeader | undefined {
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
