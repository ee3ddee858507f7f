// A primary of the tests: says what its pool does, and does what signals tell it.
import { WorkerPool } from 'http-session-machine/cluster';

const exec = new URL('worker.mjs', import.meta.url);
const pool = new WorkerPool({
  exec,
  workers: Number(process.env.WORKERS ?? '2'),
  grace: 200,
  deadline: 5_000,
});
pool.on('worker', ({ pid, state }) => console.log(`${pid} ${state}`));

process.on('SIGTERM', end).on('SIGINT', end);
process.on('SIGHUP', () => pool.restart().then(() => console.log('renewed')));

async function end() {
  for (const { pid, report } of await pool.drain()) console.log(`${pid} left: ${JSON.stringify(report)}`);
}

const { port } = await pool.start();
console.log(`ready at ${port}`);
