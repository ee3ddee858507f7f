import { withActors } from './actors.js';
import { HTTPClientSession as ClientSession } from './client/http-client-session.js';
import { HTTPSClientSession as SecureClientSession } from './client/https-client-session.js';
import { HTTPServerSession as ServerSession } from './server/http-server-session.js';

/* The sessions as users get them: the same classes, and XState with them. */

export const HTTPClientSession: typeof ClientSession = /* @__PURE__ */ withActors(ClientSession);
export type HTTPClientSession<TData = unknown> = ClientSession<TData>;

export const HTTPSClientSession: typeof SecureClientSession = /* @__PURE__ */ withActors(SecureClientSession);
export type HTTPSClientSession<TData = unknown> = SecureClientSession<TData>;

export const HTTPServerSession: typeof ServerSession = /* @__PURE__ */ withActors(ServerSession);
export type HTTPServerSession<TData = unknown> = ServerSession<TData>;
