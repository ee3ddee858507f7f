import type { IncomingMessage } from 'node:http';

/** The socket of a connection, as node:http types it. */
export type NodeSocket = IncomingMessage['socket'];
