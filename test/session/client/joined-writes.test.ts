import { setImmediate as nextLoopTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { HTTPRequest } from '../../../src/protocol/index.js';
import { rejection } from '../../support/transport/promises.js';
import { Asking, ok } from '../../support/http/asking.js';

const HEAD = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: test\r\n\r\n';

const chunked = (): HTTPRequest =>
  new HTTPRequest('POST', '/', { headers: { 'Transfer-Encoding': 'chunked' } });

describe('what a client writes in one turn of the event loop', () => {
  it('head, pieces and end of a request body leave in one write', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(chunked());
    await body.write('one');
    await body.write(Buffer.from('two'));
    await body.end('three');
    expect(asking.writes).toEqual([`${HEAD}3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n`]);
  });

  it('pieces without an end leave at the end of the turn', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(chunked());
    await body.write('one');
    void body.write('two');
    expect(asking.writes).toEqual([]);
    await nextLoopTurn();
    expect(asking.writes).toEqual([`${HEAD}3\r\none\r\n3\r\ntwo\r\n`]);
  });

  it('flush() sends what was written, and the head of a body without pieces', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(chunked());
    body.flush();
    expect(asking.writes).toEqual([HEAD]);
    void body.write('one');
    body.flush();
    body.flush();
    expect(asking.writes).toEqual([HEAD, '3\r\none\r\n']);
  });

  it('a large piece leaves at once, with what was written before it', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(chunked());
    await body.write('one');
    const piece = Buffer.alloc(20_000, 'x');
    await body.write(piece);
    piece.fill('y');
    expect(asking.writes.join('')).toBe(`${HEAD}3\r\none\r\n4e20\r\n${'x'.repeat(20_000)}\r\n`);
  });

  it('the small pieces of a generator leave in one write, and the head does not wait for a slow one', async () => {
    const asking = new Asking();
    async function* source(): AsyncGenerator<string> {
      yield 'one';
      yield 'two';
      await nextLoopTurn();
      await nextLoopTurn();
      yield 'three';
    }
    const response = asking.session.request({ method: 'POST', body: source() });
    await nextLoopTurn();
    await nextLoopTurn();
    await nextLoopTurn();
    await nextLoopTurn();
    await asking.answer(ok());
    await response;
    expect(asking.writes.map((write) => write.replace(/^POST[^]*?\r\n\r\n/, 'HEAD '))).toEqual([
      'HEAD 3\r\none\r\n3\r\ntwo\r\n',
      '5\r\nthree\r\n0\r\n\r\n',
    ]);
  });

  it('a request of which nothing was handed to the socket may be sent again', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(chunked());
    void body.write('one');
    asking.session.setException(new Error('it stops here'));
    expect(asking.session.networkException()).toMatchObject({
      testimony: { replay: 'safe', headSent: false },
    });
    asking.session.clearException();
    await nextLoopTurn();
    expect(asking.writes).toHaveLength(1);
    asking.session.setException(new Error('it stops later'));
    expect(asking.session.networkException()).toMatchObject({
      testimony: { replay: 'unknown', headSent: true },
    });
  });

  it('what an abort drops was never sent', async () => {
    const asking = new Asking();
    const body = await asking.session.sendRequest(chunked());
    void body.write('one');
    asking.session.abort();
    expect(asking.writes).toEqual([]);
    expect(asking.session.core.bytesOut).toBe(0);
    expect(await rejection(body.write('two'))).toMatchObject({ name: 'InvalidStateError' });
  });

  it('the same bytes leave, however writes, flushes and turns follow each other', async () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 40, unit: 'binary' }),
      fc.integer({ min: 0, max: 9_000 }).map((length) => Buffer.alloc(length, 'b')),
    );
    const step = fc.oneof(
      piece.map((content) => ({ content })),
      fc.constantFrom('flush', 'turn', 'microtask'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.option(piece), async (steps, last) => {
        const asking = new Asking();
        const body = await asking.session.sendRequest(chunked());
        let expected = HEAD;
        const expectPiece = (content: string | Buffer): void => {
          const bytes = Buffer.from(content as string);
          if (bytes.length > 0) expected += `${bytes.length.toString(16)}\r\n${bytes.toString('latin1')}\r\n`;
        };
        for (const at of steps) {
          if (at === 'flush') body.flush();
          else if (at === 'turn') await nextLoopTurn();
          else if (at === 'microtask') await Promise.resolve();
          else {
            void body.write(at.content);
            expectPiece(at.content);
          }
        }
        await body.end(last ?? undefined);
        expectPiece(last ?? '');
        expect(asking.writes.join('')).toBe(`${expected}0\r\n\r\n`);
        asking.session.dispose();
      }),
      { numRuns: 60, interruptAfterTimeLimit: 4_000 },
    );
  });
});
