import type { Duplex } from 'node:stream';

import type { HTTPServerSession, HTTPServerSessionOptions } from '../../../session/index.js';
import type { Journey } from '../driver.js';
import type { WireLog } from '../wire-log.js';

/** How the far end saw its connection end. */
export type SeenEnd = 'nothing' | 'FIN' | 'RST' | 'close';

/** The far end of a session's connection: it remembers what it got. */
export class FarEnd {
  readonly socket: Duplex;
  /** Closes this end with RST. */
  readonly reset: () => void;
  /** How the session's side has ended so far. */
  seen: SeenEnd = 'nothing';

  constructor(socket: Duplex, reset: () => void, wire: WireLog) {
    this.socket = socket;
    this.reset = reset;
    socket.on('data', (chunk: Buffer) => {
      wire.bytes('session', chunk);
    });
    socket.on('end', () => {
      wire.mark('session', 'FIN');
      this.seen = 'FIN';
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      wire.mark('session', error.code === 'ECONNRESET' ? 'RST' : `error: ${error.message}`);
      this.seen = 'RST';
    });
    socket.on('close', () => {
      if (this.seen === 'nothing') this.seen = 'close';
    });
  }
}

/** An open connection that a session can be given: `near` is the session's end. */
export interface ReadyPair {
  readonly near: Duplex;
  readonly far: FarEnd;
}

/** Makes the session that is driven; the options are the driver's, with its clock and short timeouts. */
export type CreateSession = (options: HTTPServerSessionOptions) => HTTPServerSession;

/** What connects the session of one journey: memory, or sockets of the system. */
export interface SessionLine {
  readonly createSession: CreateSession;
  takePair(): ReadyPair;
  /** Lets the session begin to connect; `succeeds` is what will come of it. */
  connect(session: HTTPServerSession, succeeds: boolean): void;
  /** Completes the connection; resolves with its far end. */
  connected(session: HTTPServerSession): FarEnd | Promise<FarEnd>;
  /** Lets the connector fail. */
  refused(session: HTTPServerSession): void | Promise<void>;
  /** Lets the session write more than the line takes. */
  overfill(session: HTTPServerSession, far: FarEnd): void | Promise<void>;
  /** Lets the line take bytes again. */
  release(session: HTTPServerSession, far: FarEnd): void;
  /** Milliseconds of real time after which what has not happened does not happen. */
  readonly patience: number;
  /** Whether a session that reads no more notices RST only when it writes. */
  readonly needsWriteToNoticeReset: boolean;
  /** Whether `abort` reaches the far end as RST. */
  tellsAborts(far: FarEnd): boolean;
  /** Ends what the journey has opened. */
  stop(): void;
}

/** Opens a line for each journey of a driver. */
export interface SessionLines {
  open(journey: Journey): SessionLine | Promise<SessionLine>;
  /** Ends what the journeys share. */
  close(): Promise<void>;
}
