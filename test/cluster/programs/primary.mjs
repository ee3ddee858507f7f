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
process.on('SIGHUP', () => {
  // Nobody awaits the promise where a signal interrupts the restart.
  void pool.restart().then(
    () => console.log('renewed'),
    () => console.log('interrupted'),
  );
  console.log('hung up');
});

async function end() {
  for (const { pid, report } of await (process.env.ENDS === 'stop' ? pool.stop() : pool.drain()))
    console.log(`${pid} left: ${JSON.stringify(report)}`);
}

const started = pool.start();
console.log('started');
started.then(
  ({ port }) => console.log(`ready at ${port}`),
  () => console.log('not started'),
);
