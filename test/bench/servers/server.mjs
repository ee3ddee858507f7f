import { once } from 'node:events';

/**
 * What every module of this folder exports as `listen`: starts a server of one kind on a free port of 127.0.0.1.
 *
 * @typedef {object} Plan
 * @property {string} answer The name of its handler.
 * @property {number} requestBytes Length of one request, 0 when it is not known.
 * @property {import('../harness/library.mjs').Library} library
 *
 * @typedef {object} Listening
 * @property {number} port
 * @property {() => unknown} close
 */

/**
 * @param {import('node:net').Server | import('node:http').Server} server
 * @returns {Promise<Listening>}
 */
export async function listening(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { port, close: () => closed(server) };
}

/** @param {import('node:net').Server | import('node:http').Server} server */
export async function closed(server) {
  const gone = once(server, 'close');
  server.close();
  if ('closeAllConnections' in server) server.closeAllConnections();
  await gone;
}
