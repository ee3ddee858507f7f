import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../../src/constants.js';
import { errors } from '../../../src/diagnostics.js';
import type { SessionCore } from '../../../src/session/core/session-core.js';
import type { WaitingReader } from '../../../src/session/core/role.js';
import { settled } from '../../support/transport/sockets.js';
import { heardOn } from '../../support/session/heard-on.js';
import { Subject, text } from '../../support/session/subject.js';

/** A reader that is told what it is to do with bytes. */
class Reader implements WaitingReader {
  readonly told: string[] = [];
  readonly #onBytes: () => void;

  constructor(onBytes: () => void = () => undefined) {
    this.#onBytes = onBytes;
  }

  bytesArrived(): void {
    this.told.push('bytes');
    this.#onBytes();
  }

  streamEnded(): void {
    this.told.push('end');
  }

  readFailed(): void {
    this.told.push('failure');
  }
}

describe('a reader that asks', () => {
  it('a reader that asks gets what has arrived, and then the end of the stream', async () => {
    const { session } = await ended('last');
    const reader = new Reader();
    session.core.awaitBytes(reader);
    expect(reader.told).toEqual(['bytes', 'end']);
  });

  it('a reader that asks is not notified of the end when what had arrived was enough for it', async () => {
    const { session } = await ended('last');
    const reader = new Reader(() => {
      session.core.release();
    });
    session.core.awaitBytes(reader);
    expect(reader.told).toEqual(['bytes']);
  });

  it('a reader that asks is not notified of bytes when none have arrived', async () => {
    const { session } = await Subject.in('connected.open');
    const reader = new Reader();
    session.core.awaitBytes(reader);
    expect(reader.told).toEqual([]);
  });

  async function ended(last: string): Promise<Subject> {
    const subject = await Subject.receiving(last);
    subject.peer.end();
    await settled();
    return subject;
  }
});

describe('bytes that no reader waits for', () => {
  const MARK = LIMITS.maxArrivedBytes.value;

  it('bytes that no reader waits for are taken from the socket up to the mark, at which it is paused', async () => {
    const subject = new Subject().attach(undefined, 2 * MARK);
    await subject.send('x'.repeat(MARK - 1));
    expect([subject.session.core.arrivedBytes, subject.near.isPaused()]).toEqual([MARK - 1, false]);
    await subject.send('x');
    expect([subject.session.core.arrivedBytes, subject.near.isPaused()]).toEqual([MARK, true]);
    await subject.send('beyond');
    expect(subject.session.core.arrivedBytes).toBe(MARK);
    expect(await text(subject.session.read(2 * MARK))).toHaveLength(MARK);
    expect(subject.near.isPaused()).toBe(false);
    expect(await text(subject.session.read(100))).toBe('beyond');
  });

  it('bytes that no reader waits for are kept in order when a read takes less than there is', async () => {
    const { session } = await Subject.receiving('abcdef');
    const reads = [session.receive(1), session.receive(2), session.receive(10)];
    expect(await Promise.all(reads.map(text))).toEqual(['a', 'bc', 'def']);
    expect(session.core.arrivedBytes).toBe(0);
  });
});

describe('bytes in memory that is used again', () => {
  it.each([
    ['read at once', () => new Reader()],
    ['asked for later', () => null],
  ])('bytes in reused memory are kept as they were when they are %s', async (_when, makeReader) => {
    const { session } = await Subject.in('connected.open');
    const reader = makeReader();
    if (reader !== null) session.core.awaitBytes(reader);
    const shared = Buffer.from('first');
    session.core.onBytes(shared, true);
    shared.write('other');
    session.core.refillFromArrived();
    expect(String(session.core.buffer.drain())).toBe('first');
  });
});

describe('the end of a session', () => {
  it.each<[string, (core: SessionCore) => void]>([
    ['closed by this side', (core) => core.notify({ type: 'session.close' })],
    ['closed under it', (core) => core.onClosed()],
    ['aborted', (core) => core.notify({ type: 'session.abort' })],
  ])('the end of a session without pending operations makes no error: %s', async (_name, end) => {
    const { session } = await Subject.in('connected.open');
    const published = await heardOn(errors, () => {
      end(session.core);
      return Promise.resolve();
    });
    expect(session.state).toBe('closed');
    expect(published).toEqual([]);
  });

  it('the end of a session is local when the socket was destroyed without a FIN before it', async () => {
    const { session, near } = await Subject.in('connected.open');
    near.destroy();
    await settled();
    expect([session.state, session.core.endedBy]).toEqual(['closed', 'local']);
  });

  it('the end of a session is the FIN when the socket is destroyed after it', async () => {
    const { session, near } = await Subject.in('connected.halfClosed');
    near.destroy();
    await settled();
    expect([session.state, session.core.endedBy]).toEqual(['closed', 'fin']);
  });
});

describe('lingering', () => {
  it('lingering closes at once where the peer has finished, and leaves no deadline', async () => {
    const subject = await Subject.in('connected.halfClosed');
    subject.session.core.linger();
    expect([subject.session.state, subject.armedDeadlines]).toEqual(['closed', 0]);
  });

  it('lingering accepts a bounded number of bytes in all, however often it is requested', async () => {
    const half = 'x'.repeat(LIMITS.maxLingerBytes.value / 2);
    const { session, peer } = await Subject.in('connected.lingering');
    const published = await heardOn(errors, async () => {
      for (const last of [false, false, true]) {
        expect(session.state).toBe('connected.lingering');
        session.core.discard();
        peer.write(last ? 'x' : half, 'latin1');
        await settled();
      }
    });
    expect([session.state, published]).toEqual(['closed', []]);
  });
});
