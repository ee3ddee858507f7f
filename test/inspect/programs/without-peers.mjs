// Runs where no optional peer is installed: the page opens, and inspectSessions() says what it lacks.
import { createMemoryPair } from 'http-session-machine/testing';
import { HTTPServer } from 'http-session-machine';
import { InspectorPage, inspectSessions, sharedSystem } from 'http-session-machine/inspect';

const server = new HTTPServer((_request, response) => response.end('hello'));
const page = await InspectorPage.open({ port: 0, of: [server] });
const pair = createMemoryPair();
pair.client.on('error', () => undefined);
server.serve(pair.server);
console.log((await (await fetch(`${page.url}/api/fleet`)).json()).charts.map(({ name }) => name).join());
try {
  inspectSessions({ of: [server] });
} catch (error) {
  console.log(error.message);
}
inspectSessions({ inspector: { actor: () => undefined, snapshot: () => undefined } }).close();
console.log(typeof sharedSystem().inspect);
await server.stop();
await page.close();
