// A worker of the tests: notes every order that it takes in a file that all workers share.
import { appendFileSync, existsSync } from 'node:fs';
import { HTTPServer } from 'http-session-machine';
import { joinWorkerPool } from 'http-session-machine/cluster';

const { LOG = '', GATE = '', PORT = '0', MANNER = '' } = process.env;

if (MANNER === 'ends early') process.exit(3);

const params = MANNER === 'stops accepting' ? { maxConnections: 1, overload: 'stopAccepting' } : {};
const server = new HTTPServer(async (request, response) => {
  if (request.path === '/never') return;
  // Hears and sees nothing until the test opens the gate.
  if (request.path === '/busy') while (!existsSync(GATE));
  const body = await request.text();
  if (request.path === '/orders') appendFileSync(LOG, `${body}\n`);
  response.end(String(process.pid));
}, params);

// To join before the server listens comes to the same.
const early = MANNER === 'joins first' ? joinWorkerPool(server) : undefined;
await server.listen(MANNER === 'has a path' ? { path: `${LOG}.socket` } : { port: Number(PORT) });
const left = early ?? joinWorkerPool(server, { grace: 50 });

if (MANNER === 'dies young') process.exit(9);
if (MANNER === 'stays') setInterval(() => undefined, 1_000);
if (MANNER === 'tells') {
  console.log(`${process.pid} serves ${server.address.port}`);
  left.then((report) => console.log(`${process.pid} leaves ${JSON.stringify(report)}`));
}
