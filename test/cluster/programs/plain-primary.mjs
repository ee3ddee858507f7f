// A primary of the tests that knows of no pool.
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';

cluster.setupPrimary({ exec: fileURLToPath(new URL('worker.mjs', import.meta.url)) });
const worker = cluster.fork();
worker.on('exit', (code, signal) => console.log(`exit ${code ?? signal} ${worker.exitedAfterDisconnect}`));
