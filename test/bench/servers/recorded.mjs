import { HANDLERS } from '../handlers/ours.mjs';

/** A server as in `ours`, with a recorder. @param {import('./server.mjs').Plan} plan */
export async function listen({ answer, library }) {
  const { HTTPServer } = await library.load('.');
  const { recordSessions } = await library.load('./inspect');
  const server = new HTTPServer(HANDLERS[answer], { keepAliveTimeout: 60_000 });
  const recorder = recordSessions({ of: [server] });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    port,
    close: () => {
      recorder.close();
      return server.stop();
    },
  };
}
