import { setImmediate as turn } from 'node:timers/promises';

import { answerCommands } from '../harness/commands.mjs';
import { libraryAt } from '../harness/library.mjs';

/*
 * A process with one engine for the session chart. An engine's module exports `open`, which returns `create`,
 * which makes what has a state and takes events, and `end`. Costs are CPU time in microseconds, of calls that are made in batches; `bytes` is heap.
 */

const ACTORS = 1_000;
const BATCHES = 5;
const CYCLES = 5;
/** Held at once for `bytes`, so many that what else is on the heap hardly counts. */
const HELD = 10_000;

/** @typedef {{ send: (event: any) => void }} EngineActor */

/** @type {{ create: () => EngineActor, end: (actor: any) => void }} */
let engine;

const EXCEPTION = { code: 'ERR', message: 'an exception', toJSON: () => ({}) };
const TRANSPORT = { toJSON: () => ({}) };
/** Errored and back. No state on the way invokes a service. */
const PLAIN = [{ type: 'exception.set', exception: EXCEPTION }, { type: 'exception.clear' }];
/** Connected, which starts the buffer service, and detached, which stops it. */
const INVOKING = [{ type: 'socket.attach', transport: TRANSPORT }, { type: 'socket.detach' }];

const createAll = (count = ACTORS) => Array.from({ length: count }, () => engine.create());

/** @param {() => void} work */
function cpuTime(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/**
 * @param {{ type: string }[]} events A cycle that leads back to where it begins.
 */
function costOfEvents(events) {
  const actors = createAll();
  const time = cpuTime(() => {
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      for (const actor of actors) for (const event of events) actor.send(event);
    }
  });
  actors.forEach(engine.end);
  return time / (CYCLES * ACTORS * events.length);
}

async function heap() {
  for (let pass = 0; pass < 4; pass++) {
    globalThis.gc?.();
    await turn();
  }
  return process.memoryUsage().heapUsed;
}

answerCommands({
  /** @param {{ kind: string, root: string }} args */
  async open({ kind, root }) {
    const { open } = await import(`../engines/${kind}.mjs`);
    engine = await open(libraryAt(root));
  },

  create() {
    let time = 0;
    for (let batch = 0; batch < BATCHES; batch++) {
      /** @type {EngineActor[]} */
      let actors = [];
      time += cpuTime(() => (actors = createAll()));
      actors.forEach(engine.end);
    }
    return time / (BATCHES * ACTORS);
  },

  event: () => costOfEvents(PLAIN),

  invoke: () => costOfEvents(INVOKING),

  async bytes() {
    const before = await heap();
    const actors = createAll(HELD);
    for (const actor of actors) actor.send(INVOKING[0]);
    const after = await heap();
    actors.forEach(engine.end);
    return (after - before) / actors.length;
  },
});
