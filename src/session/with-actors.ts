import { withActors } from './actors.js';
import { HTTPClientSession as ClientSession } from './client/http-client-session.js';
import { HTTPSClientSession as SecureClientSession } from './client/https-client-session.js';
import { HTTPServerSession as ServerSession } from './server/http-server-session.js';

/*
 * The sessions as users of the package get them: the same classes, and XState with them. The bundle has these in the
 * place of those that `index.ts` exports; to the compiler and to readers they are the classes themselves.
 */

export const HTTPClientSession = /* @__PURE__ */ withActors(ClientSession);
export const HTTPSClientSession = /* @__PURE__ */ withActors(SecureClientSession);
export const HTTPServerSession = /* @__PURE__ */ withActors(ServerSession);
