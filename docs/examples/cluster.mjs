// Several processes at one port, renewed one by one under load. One file: it is the program of the workers, too.
import cluster from 'node:cluster';
import { HTTPClientSession, HTTPServer } from 'http-session-machine';
import { joinWorkerPool, WorkerPool } from 'http-session-machine/cluster';

if (cluster.isPrimary) await lead();
else await serve();

/** A worker: serves until the pool lets it go. */
async function serve() {
  const server = new HTTPServer((_request, response) => response.end(String(process.pid)));
  await server.listen({ host: '127.0.0.1', port: 0 });
  await joinWorkerPool(server);
  // Here it would close what else it has open, a database for example. Then the process ends by itself.
}

/** The primary: accepts connections, and sees to it that there are workers to take them. */
async function lead() {
  const pool = new WorkerPool({ exec: new URL(import.meta.url), workers: 2, grace: 200 });
  pool.on('transition', ({ from, to }) => console.log(`the pool: ${from} -> ${to}`));
  // Signals that the whole group of processes gets are left to this one.
  process.once('SIGTERM', () => pool.drain());
  process.on('SIGHUP', () => pool.restart().catch(console.error));

  const { port } = await pool.start();
  const old = pool.workers.map(({ pid }) => pid);
  const restart = pool.restart();
  const clients = [1, 2, 3].map((client) => sendOrders(client, port, restart));
  for (const { exitCode } of await restart) console.log(`an old worker ended with exit code ${exitCode}`);

  for (const { client, failed, workers } of await Promise.all(clients)) {
    const isNew = !old.includes(workers.at(-1));
    console.log(`client ${client}: ${failed} orders failed, served by a new worker in the end: ${isNew}`);
  }
  const reports = await pool.drain();
  for (const { report } of reports) console.log(`drained: ${report.aborted} connections aborted`);
}

/** Sends orders on a kept connection, one after the other, until a little after something is over. */
async function sendOrders(client, port, over) {
  const session = new HTTPClientSession('127.0.0.1', port);
  const workers = [];
  let failed = 0;
  let isOver = false;
  void over.finally(() => (isOver = true));
  for (let after = 0; after < 20; after += isOver ? 1 : 0) {
    try {
      const response = await session.request({ method: 'POST', path: '/orders', body: 'two apples' });
      workers.push(Number(await response.text()));
    } catch {
      failed++;
    }
  }
  session.close();
  return { client, failed, workers };
}
