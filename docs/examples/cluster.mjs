// Several processes on one port, restarted one by one under load. The primary and the workers run this same file.
import cluster from 'node:cluster';
import { HTTPClientSession, HTTPServer } from 'http-session-machine';
import { joinWorkerPool, WorkerPool } from 'http-session-machine/cluster';

if (cluster.isPrimary) await lead();
else await serve();

/** A worker: serves until the pool drains it. */
async function serve() {
  const server = new HTTPServer((_request, response) => response.end(String(process.pid)));
  await server.listen({ host: '127.0.0.1', port: 0 });
  await joinWorkerPool(server);
  // Close what else is open here, such as a database. Then the process exits by itself.
}

/** The primary: accepts connections and keeps the workers running. */
async function lead() {
  const pool = new WorkerPool({ exec: new URL(import.meta.url), workers: 2, grace: 200 });
  pool.on('transition', ({ from, to }) => console.log(`the pool: ${from} -> ${to}`));
  // The workers ignore signals to the whole process group; this one handles them.
  process.once('SIGTERM', () => pool.drain());
  process.on('SIGHUP', () => pool.restart().catch(console.error));

  const { port } = await pool.start();
  const old = pool.workers.map(({ pid }) => pid);
  const restart = pool.restart();
  const clients = [1, 2, 3].map((client) => sendOrders(client, port, restart));
  for (const { exitCode } of await restart) console.log(`an old worker exited with code ${exitCode}`);

  for (const { client, failed, workers } of await Promise.all(clients)) {
    const isNew = !old.includes(workers.at(-1));
    console.log(`client ${client}: ${failed} orders failed, last served by a new worker: ${isNew}`);
  }
  const reports = await pool.drain();
  for (const { report } of reports) console.log(`drained: ${report.aborted} connections aborted`);
}

/** Sends one order after the other on a keep-alive connection, until a little after `over` settles. */
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
