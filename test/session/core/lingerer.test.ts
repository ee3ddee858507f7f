import { describe, expect, it } from '@jest/globals';

import type { SessionEvent } from '../../../machines/index.js';
import { LIMITS } from '../../../src/constants.js';
import { HTTPSessionError } from '../../../src/errors/index.js';
import { ReceiveBuffer } from '../../../src/protocol/index.js';
import { Lingerer } from '../../../src/session/core/lingerer.js';
import type { SessionCore } from '../../../src/session/core/session-core.js';
import type { WaitingReader } from '../../../src/session/core/role.js';
import { createMemoryPair, Transport, type MemorySocket } from '../../../src/transport/index.js';
import { Subject } from '../../support/session/subject.js';

const MOST = LIMITS.maxLingerBytes.value;

/** A session that lingers over one end of a connection; the test is the peer. */
class Lingers {
  readonly buffer = new ReceiveBuffer();
  readonly near: MemorySocket;
  transport: Transport | null;
  readonly lingerTimeout = 1_234;
  reader: WaitingReader | null = null;
  readonly armed: (readonly [timer: string, timeout: number])[] = [];
  readonly events: SessionEvent['type'][] = [];
  readonly lingerer = new Lingerer(this as unknown as SessionCore);

  constructor() {
    this.near = createMemoryPair({ highWaterMark: 4 }).server;
    this.transport = new Transport(this.near);
  }

  arm(timer: string, timeout: number): void {
    this.armed.push([timer, timeout]);
  }

  notify(event: SessionEvent): void {
    this.events.push(event.type);
  }

  arrive(bytes: number): void {
    this.buffer.append(Buffer.alloc(bytes));
    this.lingerer.bytesArrived();
  }
}

describe('what arrives after the last answer', () => {
  it('what arrives after the last answer is thrown away up to the bound, and then the session closes', () => {
    const session = new Lingers();
    session.arrive(MOST - 1);
    session.arrive(1);
    expect([session.buffer.length, session.events]).toEqual([0, []]);
    session.arrive(1);
    expect([session.buffer.length, session.events]).toEqual([0, ['session.close']]);
  });

  it('what arrives after the last answer beyond the bound is reset where the peer has not taken the answer', () => {
    const session = new Lingers();
    session.near.stall();
    session.transport?.write(Buffer.from('the answer'));
    session.arrive(MOST + 1);
    expect(session.events).toEqual(['session.abort']);
  });

  it('what arrives after the last answer beyond the bound closes a session that has no socket any more', () => {
    const session = new Lingers();
    session.transport = null;
    session.arrive(MOST + 1);
    expect(session.events).toEqual(['session.close']);
  });

  it('what arrives after the last answer is thrown away at the end of the stream', () => {
    const session = new Lingers();
    session.buffer.append(Buffer.from('rest'));
    session.lingerer.streamEnded();
    expect([session.buffer.length, session.events]).toEqual([0, []]);
  });
});

describe('an exception that is stored while a session lingers', () => {
  it('an exception during lingering lets the session linger on, and arms nothing', () => {
    const session = new Lingers();
    session.buffer.append(Buffer.from('rest'));
    session.lingerer.readFailed();
    expect(session.buffer.length).toBe(0);
    expect(session.reader).toBe(session.lingerer);
    expect(session.armed).toEqual([]);
  });

  it('an exception during lingering ends it where the socket is lost', () => {
    const session = new Lingers();
    session.buffer.append(Buffer.from('rest'));
    session.transport = null;
    session.lingerer.readFailed();
    expect([session.buffer.length, session.reader, session.armed]).toEqual([0, null, []]);
  });
});

describe('the time of lingering', () => {
  it('the time of lingering counts from its start, also when an exception is stored and cleared meanwhile', async () => {
    const { session, clock } = new Subject().attach();
    session.core.linger();
    await clock.advance(1_500);
    session.setException(new HTTPSessionError('stored by the test'));
    session.clearException();
    expect(session.core.is('lingering')).toBe(true);
    await clock.advance(600);
    expect(session.core.is('closed')).toBe(true);
  });
});
