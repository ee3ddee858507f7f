// A worker of the tests: notes every order that it takes in a file that all workers share.
import { appendFileSync } from 'node:fs';
import { HTTPServer, joinWorkerPool } from 'http-session-machine';

const { LOG = '', PORT = '0', MANNER = '' } = process.env;

if (MANNER === 'ends early') process.exit(3);

const server = new HTTPServer(async (request, response) => {
  if (request.path === '/never') return;
  const body = await request.text();
  if (request.path === '/orders') appendFileSync(LOG, `${body}\n`);
  response.end(String(process.pid));
});

// Joining before or after the server listens comes to the same.
const left = MANNER === 'joins first' ? joinWorkerPool(server) : undefined;
await server.listen({ port: Number(PORT) });
left ?? joinWorkerPool(server);

// Something that keeps the process alive after its drain.
if (MANNER === 'stays') setInterval(() => undefined, 1_000);
if (MANNER === 'dies young') setTimeout(() => process.exit(9), 20);
