/** What a PROXY protocol header of version 1 begins with. */
export const PROXY_LINE_START: Buffer = Buffer.from('PROXY ', 'latin1');

/** What a PROXY protocol header of version 2 begins with: bytes that no text protocol and no TLS record begins with. */
export const PROXY_BLOCK_SIGNATURE: Buffer = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
