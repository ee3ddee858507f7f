import type { Duplex } from 'node:stream';

import { LocalProtocolError } from '../../errors/index.js';
import type { HTTPClientResponse, HTTPClientSession } from '../../session/index.js';

/** A connection that speaks another protocol now, and belongs to you. */
export interface SwitchedConnection {
  /** The socket; nothing of the client listens to it any more. */
  readonly socket: Duplex;
  /** Bytes that came behind the response. */
  readonly head: Buffer;
  /** The response: 101 to an upgrade, 2xx to CONNECT. */
  readonly response: HTTPClientResponse;
}

/** Whether a response turns its connection over to another protocol. */
export function switchesOver(method: string, status: number): boolean {
  return status === 101 || (method === 'CONNECT' && status >= 200 && status < 300);
}

/**
 * Sends a request that asks for another protocol, and hands the connection over if the server agrees.
 *
 * @param send - sends the request; the function that it gets takes the session, if that was switched.
 * @throws LocalProtocolError, with the response as its cause, where the server does not switch.
 */
export async function switchOver(
  method: string,
  send: (switched: (session: HTTPClientSession) => void) => Promise<HTTPClientResponse>,
): Promise<SwitchedConnection> {
  let detach: () => Omit<SwitchedConnection, 'response'> = () => {
    throw new TypeError('nothing was switched');
  };
  const response = await send((session) => {
    detach = () => session.detachSocket();
  });
  if (switchesOver(method, response.status)) return { ...detach(), response };
  // Its connection serves other calls; what the server has to say is worth reading.
  throw new LocalProtocolError(
    `the server did not switch: ${String(response.status)} ${response.reason}`.trimEnd(),
    'ERR_HTTP_SESSION_NOT_SWITCHED',
    { cause: response },
  );
}
