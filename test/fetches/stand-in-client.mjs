/**
 * A client with a connection for each request.
 *
 * @param {any} library The package: `HTTPClientSession` and `HTTPSClientSession`.
 */
export function standInClient({ HTTPClientSession, HTTPSClientSession }) {
  const sessions = new Set();
  const open = (/** @type {URL} */ url) => {
    const isSecure = url.protocol === 'https:';
    const Session = isSecure ? HTTPSClientSession : HTTPClientSession;
    const session = new Session(url.hostname, Number(url.port) || (isSecure ? 443 : 80), {
      keepAlive: false,
    });
    sessions.add(session);
    return session;
  };
  const switched = async (/** @type {any} */ session, /** @type {any} */ init) => {
    const response = await session.request(init);
    if (response.status !== 101 && init.method !== 'CONNECT') {
      const { LocalProtocolError } = await import('http-session-machine');
      throw new LocalProtocolError('not switched', 'ERR_HTTP_SESSION_NOT_SWITCHED', { cause: response });
    }
    return { ...session.detachSocket(), response };
  };
  return {
    request(/** @type {string} */ target, /** @type {any} */ init) {
      const url = new URL(target);
      return open(url).request({ ...init, path: url.pathname + url.search });
    },
    upgrade(/** @type {string} */ target, /** @type {any} */ { protocol, headers, ...init }) {
      const url = new URL(target);
      const fields = { ...headers, Connection: 'Upgrade', Upgrade: protocol };
      return switched(open(url), { ...init, headers: fields, path: url.pathname + url.search });
    },
    connect(/** @type {string} */ authority, /** @type {any} */ { via, ...init }) {
      return switched(open(new URL(via)), { ...init, path: authority });
    },
    async drain() {
      for (const session of sessions) session.close();
    },
    destroy() {
      for (const session of sessions) session.abort();
    },
  };
}
