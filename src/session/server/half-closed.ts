import type { Duplex } from 'node:stream';

import { TIMEOUTS } from '../../constants.js';
import { NetworkError } from '../../errors/index.js';
import { askSilentPeer, Deadline, deadlinesOf, isPeerGone } from '../../transport/index.js';
import { EXCHANGE } from '../core/charts.js';
import type { SessionCore } from '../core/session-core.js';
import type { HTTPServerRequest } from './http-server-request.js';
import { isVersion10 } from './response-head.js';
import type { HTTPServerResponse } from './http-server-response.js';
import type { ServerSettings } from './server-settings.js';

/*
 * THEORY OF OPERATION
 *
 * A client that has finished sending may wait for its answer, or have left: both send a FIN and then nothing. Only bytes
 * tell them apart. The kernel of a client that has left answers them with a reset; a client that waits has to ignore them.
 * So bytes are sent that change nothing:
 *
 * - before the response, the interim response 102 (RFC 9110 section 15.2: a client must be able to parse any of them,
 *   and may ignore it);
 * - within a chunked body, a zero. It is the first digit of the next chunk size, whatever the size will be, also where the
 *   next chunk is the last one (RFC 9112 section 7.1: `chunk-size = 1*HEXDIG`, `last-chunk = 1*("0") ...`).
 *
 * The reset is found by asking the system for the peer, and in any case by the next write, which fails. A client that
 * waits may leave later, and so probes are repeated. With time they become rare: some clients bound how many interim
 * responses they accept, and how many digits a chunk size may have.
 */

const INTERIM = 'HTTP/1.1 102 Processing\r\n\r\n';
const DIGIT = '0';

/** Zeros before one chunk size: common readers accept 16 digits, this package 13, and the size itself needs some. */
const MAX_DIGITS = 6;

const { peerLookInterval, firstProbe, peerKeepAlive } = TIMEOUTS;
const INTERVAL = peerLookInterval.value;

/** While a reset may be on its way, it is looked for this often. */
const LOOKS_PER_INTERVAL = 10;

/** In time, the next probe follows after this share of the time that the client has been waiting. */
const SHARE = { interim: 1 / 4, digit: 1 };

/** What the loop of a session knows of the request in progress. */
export interface WatchedExchange {
  readonly settings: ServerSettings;
  readonly request: HTTPServerRequest | null;
  readonly response: HTTPServerResponse | null;
}

/** Finds out whether a client that has finished sending is still there. Exists while the session is half-closed. */
export class HalfClosedClient {
  readonly #core: SessionCore;
  readonly #exchange: WatchedExchange;
  readonly #socket: Duplex;
  readonly #deadline: Deadline<HalfClosedClient>;
  readonly #since: number;
  /** When the next probe is due. */
  #nextProbeAt: number;
  /** Since when the client has got nothing, apart from probes. */
  #quietSince: number;
  /** What was sent by then, probes included. */
  #bytesOut: number;
  /** Digits of the next chunk size that are sent already. */
  #digits = 0;

  constructor(core: SessionCore, exchange: WatchedExchange, socket: Duplex) {
    const now = core.clock.now();
    // A digit of a chunk size costs nothing, and the end of a stream may be far away.
    const isStreaming = !core.exchange.tags.has('unanswered') && exchange.response?.isChunked === true;
    const wait = isStreaming ? 1 : firstProbe.value;
    this.#core = core;
    this.#exchange = exchange;
    this.#socket = socket;
    this.#since = now;
    this.#nextProbeAt = now + wait;
    this.#quietSince = now;
    this.#bytesOut = core.bytesOut;
    this.#deadline = new Deadline<HalfClosedClient>(deadlinesOf(core.clock), this, (client) => {
      client.#look();
    });
    this.#deadline.arm(wait, now);
    askSilentPeer(socket, peerKeepAlive.value);
  }

  /** The session is half-closed no more; the new owner of its socket has ways of its own. */
  stop(): void {
    this.#deadline.disarm();
    askSilentPeer(this.#socket, 0);
  }

  #look(): void {
    const core = this.#core;
    const now = core.clock.now();
    if (this.#foundGone()) return;
    const isWaiting = core.exchange.tags.has('responding') && !core.isBlocked;
    if (!isWaiting || core.bytesOut !== this.#bytesOut) {
      this.#quietSince = now;
      this.#bytesOut = core.bytesOut;
      this.#digits = 0;
    }
    const { halfClosed } = this.#exchange.settings.timers;
    const canAsk = isWaiting && this.#probe(now);
    // The reset of a client on this machine, or of a proxy there, has come by now.
    if (canAsk && this.#foundGone()) return;
    if (isWaiting && !canAsk && halfClosed > 0 && now - this.#quietSince >= halfClosed) {
      core.timedOut('halfClosed', halfClosed);
      return;
    }
    const isEarly = now - this.#since < INTERVAL;
    const next = isEarly ? INTERVAL / LOOKS_PER_INTERVAL : INTERVAL;
    const left = canAsk || halfClosed === 0 ? next : this.#quietSince + halfClosed - now;
    this.#deadline.arm(Math.max(1, Math.min(next, left)), now);
  }

  /** Gives the connection up if the client has answered with a reset. */
  #foundGone(): boolean {
    if (!isPeerGone(this.#socket)) return false;
    this.#core.giveUp(peerReset(), 'rst');
    return true;
  }

  /** Sends a probe, if one is due; `false` where none can be sent, now or later. */
  #probe(now: number): boolean {
    const { settings, request, response } = this.#exchange;
    const core = this.#core;
    if (settings.halfClosed !== 'probe' || request === null || response === null) return false;
    if (isVersion10(request.message)) return false;
    if (!core.exchange.tags.has('unanswered') && (!response.isChunked || this.#digits === MAX_DIGITS)) {
      return false;
    }
    if (now < this.#nextProbeAt) return true;
    const isInterim = core.advance(EXCHANGE.responseInterim);
    if (!isInterim) this.#digits++;
    core.writeText(isInterim ? INTERIM : DIGIT);
    core.flush();
    this.#bytesOut = core.bytesOut;
    const waited = now - this.#since;
    const share = waited * (isInterim ? SHARE.interim : SHARE.digit);
    // The second probe fails if the first one was answered with a reset, and so both are within the first second.
    this.#nextProbeAt = now + (waited < INTERVAL / 2 ? INTERVAL / 2 : Math.max(INTERVAL, share));
    return true;
  }
}

/** For a client whose FIN is taken for the end. */
export function clientLeft(): NetworkError {
  return new NetworkError('the client closed the connection while its request was handled');
}

/** For a client that answered with a reset, which was not read. */
function peerReset(): NetworkError {
  return new NetworkError('the connection was reset after the client had finished sending', {
    code: 'ERR_HTTP_SESSION_RESET',
  });
}
