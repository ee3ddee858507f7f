/**
 * @param {import('undici').Dispatcher} dispatcher
 * @param {string} path
 */
export async function exchange(dispatcher, path) {
  const { statusCode, body } = await dispatcher.request({ method: 'GET', path });
  const bytes = await body.bytes();
  return { status: statusCode, length: bytes.length };
}
