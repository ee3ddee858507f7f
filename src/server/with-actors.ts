import { withActors } from '../session/actors.js';
import { HTTPServer as Server } from './http-server.js';

/** The server as users of the package get it; see `session/with-actors.ts`. */
export const HTTPServer = /* @__PURE__ */ withActors(Server);
