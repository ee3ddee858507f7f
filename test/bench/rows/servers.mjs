import { measureServers } from '../measure/servers.mjs';
import { rowsOf } from './row.mjs';

/*
 * Servers under load. Each side runs what its user would write: the functions in handlers/.
 */

/**
 * @param {string} work
 * @param {Omit<import('./row.mjs').Load, 'connections'> & { connections?: number }} load
 * @param {import('./row.mjs').Goal[]} goals
 * @returns {import('./row.mjs').Job}
 */
function job(work, { connections = 50, ...rest }, goals) {
  const load = { connections, ...rest };
  return {
    ours: 'ours',
    rows: rowsOf(work, goals),
    measure: (settings, contestants) => measureServers(settings, contestants, load),
    load,
  };
}

/** @type {import('./row.mjs').Job} */
const supervised = {
  ...job('hello, with supervise()', { workload: 'hello' }, [
    { name: 'supervise', against: 'node-http', bound: 0.95, aim: 0.98 },
  ]),
  ours: 'supervised',
};

/** @type {import('./row.mjs').Job[]} */
export const SERVER_JOBS = [
  job('hello, 50 connections', { workload: 'hello' }, [
    { name: 'hello-50', against: 'node-http', bound: 1.8, aim: 2.2 },
    { name: 'hello-50-net', against: 'raw-net', bound: 0.85, aim: 0.95 },
    { name: 'hello-50-fastify', against: 'fastify' },
  ]),
  job('hello, 500 connections', { workload: 'hello', connections: 500 }, [
    { name: 'hello-500', against: 'node-http', bound: 1.6, aim: 2 },
  ]),
  job("hello, a browser's head", { workload: 'browser' }, [
    { name: 'browser', against: 'raw-net', bound: 0.65, aim: 0.8 },
  ]),
  job('JSON of 100 B, async handler', { workload: 'json' }, [
    { name: 'json', against: 'node-http', bound: 1.5, aim: 1.8 },
    { name: 'json-fastify', against: 'fastify' },
  ]),
  job('echo 1 KiB, buffered', { workload: 'echo' }, [
    { name: 'echo', against: 'node-http', bound: 1.6, aim: 2 },
  ]),
  job('echo 1 KiB, for await and write', { workload: 'streamed' }, [
    { name: 'streamed', against: 'node-http', bound: 1.4, aim: 1.7 },
  ]),
  job('echo 1 KiB, pipeline', { workload: 'piped' }, [
    { name: 'piped', against: 'node-http', bound: 1.1, aim: 1.3 },
  ]),
  // On Node.js 20, pipeline() alone costs more than a whole req.pipe(res); here both sides call the same.
  job('echo 1 KiB, pipeline on both sides', { workload: 'pipedAlike' }, [
    { name: 'piped-alike', against: 'node-http' },
  ]),
  job('echo 1 KiB, pipe() on both sides', { workload: 'pipe' }, [{ name: 'pipe', against: 'node-http' }]),
  job('5 small pieces in one turn', { workload: 'pieces' }, [
    { name: 'pieces', against: 'node-http', bound: 1.2, aim: 1.5 },
  ]),
  job('5 small pieces, each awaited', { workload: 'piecesAwaited' }, [
    { name: 'pieces-awaited', against: 'node-http', bound: 1.2, aim: 1.5 },
  ]),
  job('hello, pipelined x16', { workload: 'hello', depth: 16 }, [
    { name: 'pipelined', against: 'node-http', bound: 7, aim: 8 },
  ]),
  job('one request per connection', { workload: 'closing', fresh: true }, [
    { name: 'closing', against: 'node-http', bound: 1.05, aim: 1.15 },
  ]),
  job('64 MiB down', { workload: 'big', connections: 1 }, [
    { name: 'down', against: 'raw-net', bound: 0.95, aim: 1 },
  ]),
  supervised,
];
