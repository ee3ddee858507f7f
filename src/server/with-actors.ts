import { withActors } from '../session/actors.js';
import { HTTPServer as Server } from './http-server.js';

/** The server as users get it: the same class, and XState with it. */
export const HTTPServer: typeof Server = /* @__PURE__ */ withActors(Server);
export type HTTPServer = Server;
