/*
 * The engine beside XState's stock interpreter, on the session chart with inert actions and services:
 * what it costs to create a session's actor, to send it an event, to end it, and to keep it.
 *
 * Run by itself: `node --expose-gc test/bench/engine.mjs` after `npm run build`.
 */
import { pathToFileURL } from 'node:url';

import { createActor, fromTransition } from 'xstate';

import {
  EXCHANGE_EVENTS,
  exchangeMachine,
  SESSION_ACTIONS,
  SESSION_EVENTS,
  SESSION_SERVICES,
  sessionMachine,
} from '../../dist/machines/index.js';
import { Chart, endChartActor, provideChart, startChartActor } from '../../dist/src/chart/index.js';

const ROUNDS = 40;

/** What a session lives through: nine transitions, six of which start or stop a service. */
const LIFE = [
  'session.connect',
  'xstate.done.actor.connector',
  'session.drain',
  'exception.set',
  'exception.clear',
  'socket.ended',
  'session.linger',
  'session.close',
  'exception.clear',
].map((type) => ({ type }));

/** One request and its response on a connection that is kept alive. */
const CYCLE = ['request.head', 'request.end', 'response.head', 'response.end'];

let touched = 0;
const inert = () => {
  touched++;
};
const implementation = {
  actions: Object.fromEntries(SESSION_ACTIONS.map((name) => [name, inert])),
  services: Object.fromEntries(SESSION_SERVICES.map((name) => [name, { start: inert, stop: inert }])),
  transitioned: inert,
  failed: (_owner, error) => {
    throw error;
  },
};

/** The best time of one of `count` operations over several rounds, in microseconds: what a neighbour disturbs, drops out. */
function microseconds(count, run, prepare = () => undefined) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const prepared = prepare();
    const before = process.hrtime.bigint();
    run(prepared);
    best = Math.min(best, Number(process.hrtime.bigint() - before) / 1e3 / count);
  }
  return best;
}

/** Heap bytes of one of `count` things, `NaN` without `--expose-gc`. */
function bytes(count, create, end) {
  const collect = globalThis.gc;
  if (collect === undefined) return Number.NaN;
  const kept = new Array(count).fill(null);
  collect();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < count; index++) kept[index] = create();
  collect();
  collect();
  const size = (process.memoryUsage().heapUsed - before) / count;
  for (const actor of kept) end(actor);
  return size;
}

const chart = new Chart(sessionMachine, SESSION_EVENTS);
const exchange = new Chart(exchangeMachine, EXCHANGE_EVENTS);
const owner = {};

const stop = (actor) => {
  actor.stop();
};

/** The least that any actor in a shared system costs: its logic does nothing. */
const hub = createActor(fromTransition((state) => state, undefined)).start();
const idle = { status: 'active', output: undefined, error: undefined };
const emptyLogic = {
  getInitialSnapshot: () => idle,
  transition: (snapshot, event) => (event.type === 'end' ? { ...snapshot, status: 'done' } : snapshot),
  getPersistedSnapshot: (snapshot) => snapshot,
};

const shared = provideChart(sessionMachine, implementation, owner);
const engines = [
  {
    name: 'interned',
    count: 1_000,
    create: () => startChartActor(chart, implementation, owner),
    end: endChartActor,
  },
  {
    name: 'an actor that does nothing',
    count: 1_000,
    create: () => createActor(emptyLogic, { parent: hub }).start(),
    end: (actor) => {
      actor.send({ type: 'end' });
    },
  },
  { name: 'stock, provided once', count: 200, create: () => createActor(shared).start(), end: stop },
  {
    name: 'stock, provided per session',
    count: 20,
    create: () => createActor(provideChart(sessionMachine, implementation, owner)).start(),
    end: stop,
  },
];

/** Creates, sends, ends and weighs with one engine. */
function measure({ name, count, create, end }) {
  for (let index = 0; index < count * 10; index++) end(create());
  const actors = () => Array.from({ length: count }, create);
  const endAll = (kept) => {
    for (const actor of kept) end(actor);
  };
  let kept = [];
  const creation = microseconds(
    count,
    () => {
      kept = actors();
    },
    () => {
      endAll(kept);
    },
  );
  endAll(kept);
  const warm = create();
  const event = microseconds(count * LIFE.length, () => {
    for (let index = 0; index < count; index++) for (const item of LIFE) warm.send(item);
  });
  end(warm);
  return [
    { row: 'create and start', engine: name, unit: 'us', value: creation },
    { row: 'event', engine: name, unit: 'us', value: event },
    { row: 'end', engine: name, unit: 'us', value: microseconds(count, endAll, actors) },
    { row: 'session kept', engine: name, unit: 'bytes', value: bytes(count * 5, create, end) },
  ];
}

/** A message cycle walked without an actor: four look-ups. */
function measureCycle() {
  const indexes = CYCLE.map((event) => exchange.indexOf(event));
  const count = 100_000;
  let node = exchange.initial;
  const cycle = microseconds(count, () => {
    for (let index = 0; index < count; index++) {
      for (const event of indexes) node = exchange.edge(node, event).target;
    }
  });
  if (node.name !== 'idle.reused') throw new Error(`the cycle ended in ${node.name}`);
  return { row: 'message cycle (4 steps)', engine: 'interned, no actor', unit: 'us', value: cycle };
}

/** Measures all rows: `{ row, engine, unit, value }`, times in microseconds, sizes in bytes of heap. */
export async function runEngineRows() {
  return [...engines.flatMap(measure), measureCycle()];
}

function print(rows) {
  for (const { row, engine, unit, value } of rows) {
    const shown = unit === 'bytes' ? value.toFixed(0) : value.toFixed(3);
    console.log(`${row.padEnd(24)} ${engine.padEnd(28)} ${shown.padStart(10)} ${unit}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) print(await runEngineRows());
