/** The signature of PROXY protocol version 2. */
export const SIGNATURE = Buffer.from([
  0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
]);

/** A header of version 2, by rules of its own: it shares no code with what it is read by. */
export function proxyBlock(
  command: number,
  family: number,
  body: Uint8Array = new Uint8Array(0),
  length = body.length,
): Buffer {
  return Buffer.concat([SIGNATURE, Buffer.from([command, family, length >> 8, length & 0xff]), body]);
}

/** Addresses and ports of TCP over IPv4. */
export function ipv4Block(remote: string, local: string, remotePort: number, localPort: number): Buffer {
  const octets = [...remote.split('.'), ...local.split('.')].map(Number);
  return Buffer.from([...octets, remotePort >> 8, remotePort & 0xff, localPort >> 8, localPort & 0xff]);
}

/** A type-length-value triple. */
export function triple(type: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([type, value.length >> 8, value.length & 0xff]), value]);
}
