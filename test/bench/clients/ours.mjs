import { HTTPClientSession } from '../../../dist/src/index.js';

const HOST = '127.0.0.1';

/** @param {{ port: number, path: string, connections: number, fresh: boolean }} plan */
export function open({ port, path, connections, fresh }) {
  const message = { method: 'GET', path };

  const exchange = async (/** @type {HTTPClientSession} */ session) => {
    const response = await session.request(message);
    const body = await response.bytes();
    return { status: response.status, length: body.length };
  };

  if (fresh) {
    const once = async () => {
      const session = new HTTPClientSession(HOST, port);
      const outcome = await exchange(session);
      session.close();
      return outcome;
    };
    return { requests: new Array(connections).fill(once), close: () => undefined };
  }

  const sessions = Array.from({ length: connections }, () => new HTTPClientSession(HOST, port));
  return {
    requests: sessions.map((session) => () => exchange(session)),
    close: () => sessions.forEach((session) => session.close()),
  };
}
