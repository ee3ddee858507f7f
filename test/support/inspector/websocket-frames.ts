/** A frame as a client sends it (RFC 6455, section 5.2). */
export interface SentFrame {
  readonly opcode?: number;
  readonly payload?: string | Buffer;
  /** Whether it ends its message. @defaultValue true */
  readonly isLast?: boolean;
  /** The length that the head says. @defaultValue that of the payload */
  readonly length?: number;
}

const MASK = Buffer.from([0x11, 0xf2, 0x53, 0xa4]);

/** The bytes of a masked frame. */
export function clientFrame({ opcode = 1, payload = '', isLast = true, length }: SentFrame): Buffer {
  const bytes = Buffer.from(payload as string);
  const said = length ?? bytes.length;
  const first = (isLast ? 0x80 : 0) | opcode;
  const masked = bytes.map((byte, at) => byte ^ (MASK[at & 3] as number));
  return Buffer.concat([lengthHead(first, said), MASK, masked]);
}

function lengthHead(first: number, length: number): Buffer {
  if (length < 126) return Buffer.from([first, 0x80 | length]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = 0x80 | (length < 65_536 ? 126 : 127);
  if (length < 65_536) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
