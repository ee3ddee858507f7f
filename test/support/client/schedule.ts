import { poolSettings } from '../../../src/client/client-options.js';
import { PoolOfClient, type HTTPPool } from '../../../src/client/http-pool.js';
import { Ceiling } from '../../../src/client/pool/ceiling.js';
import { NetworkError } from '../../../src/errors/index.js';
import { VirtualClock } from '../../../src/transport/index.js';
import { randomBy } from '../product/walk.js';
import { FakeOpener, type FakeSession } from './fake-session.js';

/*
 * One random schedule: two pools under one ceiling, their calls, a server and a network, moved in any order; the invariants
 * of the client layer are checked after every move. The pools, places, calls and queues are the package's; sessions are
 * played. The same seed is the same schedule.
 */

const ORIGINS = 2;
const MOVES = 24;

interface AskedCall {
  readonly controller: AbortController | null;
  fate: 'pending' | 'resolved' | 'rejected';
}

interface PlayedPool {
  readonly pool: HTTPPool;
  readonly opener: FakeOpener;
  isUnused: boolean;
}

/** A promise that a schedule broke, with what led there. */
export class BrokenSchedule extends Error {
  override readonly name = 'BrokenSchedule';
}

/** Plays the schedule of a seed. @throws BrokenSchedule */
export async function playSchedule(seed: number): Promise<number> {
  return new Schedule(seed).play();
}

class Schedule {
  readonly #seed: number;
  readonly #random: () => number;
  readonly #clock = new VirtualClock();
  readonly #maxConnections: number;
  readonly #maxTotal: number;
  readonly #ceiling: Ceiling;
  readonly #pools: PlayedPool[];
  readonly #calls: AskedCall[] = [];
  readonly #story: string[] = [];

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = randomBy(seed);
    this.#maxConnections = 1 + this.#below(3);
    this.#maxTotal = 1 + this.#below(4);
    this.#ceiling = new Ceiling(this.#maxTotal);
    const settings = poolSettings({
      maxConnections: this.#maxConnections,
      maxIdleConnections: this.#below(3),
      maxQueued: 4,
      queueTimeout: this.#chance(0.5) ? 100 : 0,
      connectionAge: this.#chance(0.3) ? 50 : 0,
      connectionRequests: this.#chance(0.3) ? 1 + this.#below(3) : 0,
      clock: this.#clock,
    });
    this.#pools = Array.from({ length: ORIGINS }, (_, index) => {
      const opener = new FakeOpener((what) => {
        this.#fail(what);
      });
      const url = new URL(`http://origin-${String(index)}.test`);
      const played: PlayedPool = {
        opener,
        isUnused: true,
        pool: new PoolOfClient({
          clientId: 0,
          target: { address: { host: url.hostname, port: 80 }, url, key: url.origin },
          settings,
          opener,
          ceiling: this.#ceiling,
          used: (isUsed) => {
            played.isUnused = !isUsed;
          },
          isOver: () => false,
        }),
      };
      return played;
    });
  }

  async play(): Promise<number> {
    for (let move = 0; move < MOVES; move++) {
      this.#move();
      this.#check();
      // Most moves follow each other at once, some after the promises of those before.
      if (this.#chance(0.1)) await Promise.resolve();
    }
    this.#finish();
    this.#check();
    for (let turn = 0; turn < 8; turn++) await Promise.resolve();
    this.#checkEnd();
    return this.#calls.length;
  }

  // ---- moves -------------------------------------------------------------------------------------------------------

  #move(): void {
    const played = this.#pick(this.#pools) as PlayedPool;
    const session = this.#pick(played.opener.sessions.filter(({ endedBy }) => endedBy === null));
    const which = this.#below(100);
    if (which < 30) this.#ask(played);
    else if (which < 48) this.#connect(played, which < 44);
    else if (which < 58) this.#listen();
    else if (which < 90) {
      if (session !== undefined) this.#moveSession(session, which);
    } else if (which < 94) this.#abort();
    else if (which < 97) this.#pass();
    else if (which < 98) this.#warm(played);
    else if (this.#chance(0.3)) this.#end(played);
  }

  #ask(played: PlayedPool): void {
    const controller = this.#chance(0.5) ? new AbortController() : null;
    const call: AskedCall = { controller, fate: 'pending' };
    this.#calls.push(call);
    this.#tell('request', played);
    if (played.pool.connections.is('taking')) played.isUnused = false;
    const settle = (fate: 'resolved' | 'rejected') => (): void => {
      if (call.fate !== 'pending') this.#fail('a call settled twice');
      call.fate = fate;
    };
    const init = controller === null ? {} : { signal: controller.signal };
    played.pool.request(init).then(settle('resolved'), settle('rejected'));
  }

  #connect({ opener }: PlayedPool, isAccepted: boolean): void {
    const opening = this.#pick([...opener.pending]);
    if (opening === undefined) return;
    this.#tell(isAccepted ? 'accept' : 'refuse');
    if (isAccepted) opener.accept(opening);
    else {
      opener.pending.delete(opening);
      opening.failed(new NetworkError('refused', { code: 'ERR_HTTP_SESSION_CONNECT' }));
    }
  }

  /** The turn of the event loop ends for all that listen. */
  #listen(): void {
    this.#tell('turn');
    for (const { opener } of this.#pools) for (const session of opener.sessions.slice()) session.listened();
  }

  #moveSession(session: FakeSession, which: number): void {
    if (which < 70) {
      this.#tell('answer whole', session);
      session.answer(true);
    } else if (which < 74) {
      this.#tell('answer head', session);
      session.answer(false);
    } else if (which < 77) {
      this.#tell('read', session);
      session.readBody();
    } else if (which < 80) {
      this.#tell('complete', session);
      if (session.isAnswered) session.complete();
    } else if (which < 84) {
      this.#tell('FIN arrives', session);
      session.hasUnseenEnd = true;
    } else if (which < 88) {
      this.#tell('FIN is seen', session);
      session.hasUnseenEnd = true;
      session.seen();
    } else {
      this.#tell('timeout', session);
      session.cutOff('timeout');
    }
  }

  #abort(): void {
    const call = this.#pick(this.#calls.filter(({ controller }) => controller?.signal.aborted === false));
    const signal = call?.controller?.signal;
    if (signal === undefined) return;
    this.#tell('abort');
    call?.controller?.abort();
    for (const { opener } of this.#pools) {
      const session = opener.sessions.find((it) => it.isBusy && it.request?.signal === signal);
      session?.cutOff('local');
    }
  }

  #pass(): void {
    const time = 10 + this.#below(100);
    this.#tell(`${String(time)} ms pass`);
    this.#clock.advanceAtOnce(time);
  }

  #warm(played: PlayedPool): void {
    if (!played.pool.connections.is('taking')) return;
    this.#tell('warm', played);
    played.isUnused = false;
    void played.pool.warm(1 + this.#below(2)).catch(() => undefined);
  }

  #end(played: PlayedPool): void {
    const isDrain = this.#chance(0.7);
    this.#tell(isDrain ? 'drain' : 'destroy', played);
    if (isDrain) void played.pool.drain({ deadline: this.#chance(0.5) ? 100 : 0 });
    else played.pool.destroy();
  }

  /** The server accepts and answers everything, until nothing is left to do. */
  #finish(): void {
    this.#story.push('finish');
    for (let round = 0; round < 200; round++) {
      let isQuiet = true;
      for (const { opener } of this.#pools) {
        for (const opening of [...opener.pending]) {
          isQuiet = false;
          opener.accept(opening);
        }
        for (const session of opener.sessions.slice()) {
          if (!session.isListening && !session.isBusy) continue;
          isQuiet = false;
          session.listened();
          session.answer(true);
          session.complete();
        }
        this.#check();
      }
      if (isQuiet) return;
    }
    this.#fail('the pools do not come to rest');
  }

  // ---- what must hold ----------------------------------------------------------------------------------------------

  #check(): void {
    let total = 0;
    let idle = 0;
    let blocked = false;
    for (const { pool, opener } of this.#pools) {
      const { connections } = pool;
      const count = { seated: 0, idle: 0, connecting: 0 };
      for (const place of connections.places) {
        if (place.is('seated')) count.seated++;
        if (place.is('idle')) count.idle++;
        if (place.is('connecting')) count.connecting++;
      }
      const { waiting } = connections;
      const { size } = connections.places;
      if (count.seated !== size) this.#fail('a place that is gone is still counted');
      if (size > this.#maxConnections) this.#fail('more places than allowed');
      if (count.connecting !== opener.pending.size)
        this.#fail('a connect has no place, or a place no connect');
      if (waiting > 0 && count.idle > 0) this.#fail('a call waits beside an idle connection');
      const hasRoom = size < this.#maxConnections && count.connecting < waiting;
      blocked ||= hasRoom;
      if (hasRoom && this.#ceiling.taken < this.#maxTotal) this.#fail('a call waits beside room');
      total += size;
      idle += count.idle;
    }
    if (total !== this.#ceiling.taken) this.#fail('the ceiling counts other places than there are');
    if (total > this.#maxTotal) this.#fail('more places than allowed over all origins');
    if (blocked && idle > 0)
      this.#fail('a call waits for room that an idle connection of another origin has');
  }

  #checkEnd(): void {
    const pending = this.#calls.filter(({ fate }) => fate === 'pending').length;
    if (pending > 0) this.#fail(`${String(pending)} calls never settled`);
    for (const { pool, isUnused, opener } of this.#pools) {
      const { connections } = pool;
      if (connections.waiting > 0) this.#fail('a call waits at the end');
      if (connections.is('draining')) this.#fail('a drain has not ended');
      const open = opener.sessions.filter(({ endedBy }) => endedBy === null).length;
      if (open !== connections.places.size) this.#fail('a session is left that no place has');
      if (connections.places.size === 0 && !isUnused) this.#fail('an empty pool was not given up');
      if (connections.places.size > 0 && isUnused) this.#fail('a pool was given up that has connections');
      if (opener.sessions.some((session) => session.endedBy === null && session.isHeld)) {
        this.#fail('an idle socket keeps the process alive');
      }
    }
  }

  #fail(what: string): void {
    const story = this.#story.join('\n  ');
    const limits = `${String(this.#maxConnections)} places each, ${String(this.#maxTotal)} in all`;
    const pools = this.#pools.map(({ pool: { connections } }) => {
      const places = [...connections.places].map(({ state }) => state).join(', ');
      return `${connections.state}: ${String(connections.waiting)} wait; ${places}`;
    });
    const sight = [limits, ...pools].join('\n  ');
    throw new BrokenSchedule(`seed ${String(this.#seed)}: ${what}\n  ${sight}\n\n  ${story}`);
  }

  // ---- chance ------------------------------------------------------------------------------------------------------

  #tell(what: string, about: PlayedPool | FakeSession | null = null): void {
    if (about === null) this.#story.push(what);
    else if ('pool' in about) this.#story.push(`${what} (${about.pool.origin})`);
    else this.#story.push(`${what} (session ${String(about.id)})`);
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[this.#below(items.length)];
  }
}
