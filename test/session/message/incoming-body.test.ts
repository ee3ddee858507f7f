import { describe, expect, it } from '@jest/globals';

import { HTTPSessionError } from '../../../src/errors/index.js';
import { createBodyReader, DEFAULT_BODY_LIMITS, type BodyReader } from '../../../src/protocol/index.js';
import type { BodyOwner } from '../../../src/session/message/body-owner.js';
import { feedOf, IncomingBody } from '../../../src/session/message/incoming-body.js';
import type { SessionCore } from '../../../src/session/core/session-core.js';
import { rejection, Subject } from '../../support/session/subject.js';

/** An exchange that records what its body reports. */
class Told implements BodyOwner {
  readonly notices: string[] = [];

  bodyWanted(): void {
    this.notices.push('wanted');
  }

  bodyArrived(isWaiting: boolean): void {
    this.notices.push(isWaiting ? 'arrived, and waited for' : 'arrived');
  }

  bodyReleased(): void {
    this.notices.push('released');
  }

  bodyCompleted(): void {
    this.notices.push('completed');
  }

  bodyBroken(error: HTTPSessionError): void {
    this.notices.push(`broken: ${error.message}`);
  }
}

/** A body of ten bytes on a connection. */
async function bodyOf(
  reader: BodyReader = createBodyReader(10, DEFAULT_BODY_LIMITS),
): Promise<{ body: IncomingBody; owner: Told; core: SessionCore }> {
  const { session } = await Subject.in('connected.open');
  const owner = new Told();
  return { body: new IncomingBody(session.core, owner, reader), owner, core: session.core };
}

describe('a body without a reader', () => {
  it('a body without a reader takes no bytes', async () => {
    const { body, owner, core } = await bodyOf();
    core.buffer.append(Buffer.from('0123456789'));
    feedOf(body).bytesArrived();
    expect([body.remaining, core.buffer.length]).toEqual([10, 10]);
    expect(owner.notices).toEqual(['arrived']);
  });

  it('a body without a reader survives the end of the stream: a later read gets what has come', async () => {
    const { body, owner, core } = await bodyOf();
    core.buffer.append(Buffer.from('0123456789'));
    feedOf(body).streamEnded();
    expect(owner.notices).toEqual([]);
    expect(await body.text()).toBe('0123456789');
  });

  it('a body without a reader keeps the failure of its connection for a later read', async () => {
    const { body, owner } = await bodyOf();
    const failure = new HTTPSessionError('the connection failed');
    feedOf(body).readFailed(failure);
    expect(owner.notices).toEqual([]);
    expect(await rejection(body.read())).toBe(failure);
  });
});

describe('a fault of this side in the reading of a body', () => {
  it('a fault of this side is thrown to the reader, and not blamed on the peer', async () => {
    const fault = new RangeError('out of memory');
    const broken: BodyReader = {
      read: () => {
        throw fault;
      },
      readInto: () => 0,
      taken: 0,
      complete: false,
      remaining: -1,
      trailer: undefined,
      ended: () => undefined,
    };
    const { body, owner } = await bodyOf(broken);
    expect(await rejection(body.read())).toBe(fault);
    expect(owner.notices).toEqual([]);
  });
});

describe('the class of a body', () => {
  it('the class of a body has members to read it, and none to feed it', () => {
    expect(Reflect.ownKeys(IncomingBody.prototype).sort(byName)).toEqual(
      [
        'constructor',
        'complete',
        'remaining',
        'trailer',
        'read',
        'bytes',
        'text',
        'json',
        Symbol.asyncIterator,
        'readable',
        'stream',
      ].sort(byName),
    );
  });
});

function byName(a: string | symbol, b: string | symbol): number {
  return String(a) < String(b) ? -1 : 1;
}
