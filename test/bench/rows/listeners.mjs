import { measureIdle } from '../measure/idle.mjs';
import { frameworkJob } from './hono.mjs';

/*
 * Servers of node:http on our sessions (`onSessions`) beside the same servers on node:http: the same listener, and the same
 * application of Express or Fastify.
 */

const AT_LEAST = { bound: 1, aim: 1.15 };

/** @type {(work: string, workload: string, name: string) => import('./row.mjs').Job} */
const express = (work, workload, name) =>
  frameworkJob('express-sessions', `Express: ${work}`, workload, { name, against: 'express', ...AT_LEAST });

/** @type {(work: string, workload: string, name: string) => import('./row.mjs').Job} */
const fastify = (work, workload, name) =>
  frameworkJob('fastify-sessions', `Fastify: ${work}`, workload, {
    name,
    against: 'fastify-app',
    ...AT_LEAST,
  });

/** @type {(work: string, workload: string, name: string) => import('./row.mjs').Job} */
const plain = (work, workload, name) =>
  frameworkJob('node-http-sessions', `listener: ${work}`, workload, {
    name,
    against: 'node-http',
    ...AT_LEAST,
  });

/** @type {(part: string, what: string) => import('./row.mjs').Row} */
const idleRow = (part, what) => ({
  name: `listener-idle-${part}`,
  work: `listener: idle keep-alive connection, ${what}`,
  against: 'node-http',
  part,
  unit: 'B',
  sense: 'at most',
  bound: 1,
  aim: null,
});

/** @type {import('./row.mjs').Job} */
const idle = {
  ours: 'node-http-sessions',
  rows: [idleRow('heap', 'heap'), idleRow('rss', 'RSS')],
  measure: measureIdle,
};

/** @type {import('./row.mjs').Job[]} */
export const LISTENER_JOBS = [
  plain('hello', 'hello', 'listener-hello'),
  plain('echo 1 KiB, buffered', 'echo', 'listener-echo'),
  plain('echo 1 KiB, pipe()', 'pipe', 'listener-pipe'),
  plain('5 small pieces in one turn', 'pieces', 'listener-pieces'),
  express('hello', 'expressHello', 'express-hello'),
  express('JSON of 100 B', 'expressJson', 'express-json'),
  express('JSON posted', 'expressPost', 'express-post'),
  express('64 KiB down', 'expressFile', 'express-file'),
  fastify('hello', 'fastifyHello', 'fastify-hello'),
  fastify('JSON of 100 B', 'fastifyJson', 'fastify-json'),
  fastify('JSON posted', 'fastifyPost', 'fastify-post'),
  fastify('64 KiB down', 'fastifyFile', 'fastify-file'),
  idle,
];
