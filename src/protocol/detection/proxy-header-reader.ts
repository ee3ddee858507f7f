import { readProxyBlock } from './proxy-block.js';
import { badProxyHeader, type ProxyHeader } from './proxy-header.js';
import { readProxyLine } from './proxy-line.js';
import { PROXY_BLOCK_SIGNATURE, PROXY_LINE_START } from './proxy-signatures.js';

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
