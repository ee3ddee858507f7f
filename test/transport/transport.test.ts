import { PassThrough } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import {
  createMemoryPair,
  deadlinesOf,
  Transport,
  VirtualClock,
  type MemorySocket,
} from '../../src/transport/index.js';
import { Recorder } from '../support/transport/recorder.js';
import { settled } from '../support/transport/sockets.js';

function watchedPair(highWaterMark?: number): {
  peer: MemorySocket;
  transport: Transport;
  recorder: Recorder;
} {
  const { client, server } = createMemoryPair(highWaterMark === undefined ? {} : { highWaterMark });
  const transport = new Transport(server);
  return { peer: client.on('error', () => undefined), transport, recorder: Recorder.watch(transport) };
}

describe('a watched transport', () => {
  it('a watched transport reports bytes and the end, in order', async () => {
    const { peer, recorder } = watchedPair();
    peer.write('one');
    peer.end('two');
    await settled();
    expect(recorder.notices).toEqual(['bytes one', 'bytes two', 'ended']);
  });

  it('a watched transport reports the close once both sides have ended', async () => {
    const { peer, transport, recorder } = watchedPair();
    peer.resume().end();
    await settled();
    transport.end();
    await settled();
    expect(recorder.notices).toEqual(['ended', 'closed']);
  });

  it('a watched transport reports a close without an end', async () => {
    const { transport, recorder } = watchedPair();
    transport.socket.destroy();
    await settled();
    expect(recorder.notices).toEqual(['closed']);
  });

  it('a watched transport reports a failure once, and no close after it', async () => {
    const { peer, recorder } = watchedPair();
    peer.reset();
    await settled();
    expect(recorder.notices).toEqual(['failed ECONNRESET']);
  });

  it('a watched transport reports nothing after a failure, even if the socket is not destroyed', async () => {
    const { peer, transport, recorder } = watchedPair();
    transport.socket.emit('error', new Error('odd'));
    transport.socket.emit('error', new Error('again'));
    peer.end();
    await settled();
    expect(recorder.notices).toEqual(['failed odd']);
  });

  it('a transport can be written to after the end, even if the socket had allowHalfOpen off', async () => {
    const { client, server } = createMemoryPair();
    server.allowHalfOpen = false;
    const transport = new Transport(server);
    const [recorder, peer] = [Recorder.watch(transport), Recorder.watch(new Transport(client))];
    client.end();
    await settled();
    expect(recorder.notices).toEqual(['ended']);
    transport.write('an answer');
    await settled();
    expect(peer.text).toBe('an answer');
  });

  it('a transport has one observer only', () => {
    const { transport } = watchedPair();
    expect(() => {
      transport.watch(new Recorder());
    }).toThrow('already has an observer');
  });

  it('a transport can be watched by another observer after unwatch()', async () => {
    const { peer, transport, recorder } = watchedPair();
    peer.write('first');
    await settled();
    transport.unwatch();
    peer.write('second');
    peer.end();
    await settled();
    const other = Recorder.watch(transport);
    await settled();
    expect(recorder.notices).toEqual(['bytes first']);
    expect(other.notices).toEqual(['bytes second', 'ended']);
  });

  it('a transport loses nothing if its observer changes within a chunk', async () => {
    const { peer, transport, recorder } = watchedPair();
    const other = new Recorder();
    recorder.whenBytes = () => {
      transport.unwatch();
      transport.watch(other);
    };
    peer.segment([2]).end('abcdef');
    await settled();
    expect([recorder.text, other.text]).toEqual(['ab', 'cdef']);
    expect(other.notices.at(-1)).toBe('ended');
  });

  it('a transport reports its end once, even if its observer changes', async () => {
    const { peer, transport, recorder } = watchedPair();
    peer.end();
    await settled();
    transport.unwatch();
    const other = Recorder.watch(transport);
    await settled();
    expect([recorder.notices, other.notices]).toEqual([['ended'], []]);
  });
});

describe('watch()', () => {
  it('watch() delivers what was buffered before', async () => {
    const { client, server } = createMemoryPair();
    client.write('early');
    await settled();
    const recorder = Recorder.watch(new Transport(server));
    expect(recorder.notices).toEqual([]);
    await settled();
    expect(recorder.notices).toEqual(['bytes early']);
  });

  it('watch() starts a socket that its former owner had paused', async () => {
    const { client, server } = createMemoryPair();
    server.pause();
    client.write('held back');
    const recorder = Recorder.watch(new Transport(server));
    await settled();
    expect(recorder.notices).toEqual(['bytes held back']);
  });

  it('watch() keeps what a socket that is flowing already would lose', async () => {
    const { client, server } = createMemoryPair();
    server.resume();
    const transport = new Transport(server);
    client.write('not lost');
    await settled();
    const recorder = Recorder.watch(transport);
    await settled();
    expect(recorder.notices).toEqual(['bytes not lost']);
  });

  it('an unwatched transport keeps bytes if other code resumes its socket', async () => {
    const { peer, transport, recorder } = watchedPair();
    transport.unwatch();
    transport.socket.resume();
    peer.write('not lost');
    await settled();
    transport.watch(recorder);
    await settled();
    expect(recorder.notices).toEqual(['bytes not lost']);
  });

  it.each([
    ['ended', (peer: MemorySocket) => peer.end(), ['ended']],
    ['failed', (peer: MemorySocket) => peer.reset(), ['failed ECONNRESET']],
    ['closed', (_peer: MemorySocket, own: MemorySocket) => own.destroy(), ['closed']],
  ])(
    'watch() reports soon after the call, not during it, that a socket %s before',
    async (_what, happen, expected) => {
      const { client, server } = createMemoryPair();
      server.on('error', () => undefined);
      happen(client, server);
      await settled();
      const recorder = Recorder.watch(new Transport(server));
      expect(recorder.notices).toEqual([]);
      await settled();
      expect(recorder.notices).toEqual(expected);
    },
  );

  it.each([
    ['ended', (peer: MemorySocket) => peer.end(), ['ended']],
    ['failed', (peer: MemorySocket) => peer.reset(), ['failed ECONNRESET']],
    ['closed', (_peer: MemorySocket, own: MemorySocket) => own.destroy(), ['closed']],
  ])('watch() reports that the socket %s while it was unwatched', async (_what, happen, expected) => {
    const { client, server } = createMemoryPair();
    const transport = new Transport(server);
    happen(client, server);
    await settled();
    const recorder = Recorder.watch(transport);
    await settled();
    expect(recorder.notices).toEqual(expected);
  });

  it('watch() reports nothing of the past once unwatched again', async () => {
    const { client, server } = createMemoryPair();
    const transport = new Transport(server);
    client.reset();
    await settled();
    const recorder = Recorder.watch(transport);
    transport.unwatch();
    await settled();
    expect(recorder.notices).toEqual([]);
  });

  it.each([
    ['object mode', new PassThrough({ readableObjectMode: true })],
    ['an encoding', new PassThrough().setEncoding('utf8')],
  ])('watch() refuses a socket with %s', (_what, socket) => {
    expect(() => new Transport(socket)).toThrow(TypeError);
  });
});

describe('pause() and resume()', () => {
  it('pause() holds bytes back and resume() delivers them, in order', async () => {
    const { peer, transport, recorder } = watchedPair();
    transport.pause();
    transport.pause();
    peer.write('a');
    peer.end('b');
    await settled();
    expect(recorder.notices).toEqual([]);
    transport.resume();
    transport.resume();
    await settled();
    expect(recorder.notices).toEqual(['bytes a', 'bytes b', 'ended']);
  });

  it('pause() and resume() take effect within a chunk', async () => {
    const { peer, transport, recorder } = watchedPair();
    recorder.whenBytes = () => {
      transport.pause();
    };
    peer.segment([1]).write('abc');
    await settled();
    expect(recorder.text).toBe('a');
    transport.resume();
    await settled();
    expect(recorder.text).toBe('ab');
  });

  it('pause() holds the peer back: its writes are not accepted for ever', async () => {
    const { peer, transport } = watchedPair(1_000);
    transport.pause();
    let written = 0;
    while (peer.write(Buffer.alloc(100))) {
      written += 100;
      await settled();
      expect(written).toBeLessThan(4_000);
    }
    transport.resume();
    await settled();
    expect(peer.writableLength).toBe(0);
  });

  it('resume() does not start an unwatched transport', async () => {
    const { peer, transport, recorder } = watchedPair();
    transport.unwatch();
    transport.resume();
    peer.write('x');
    await settled();
    transport.watch(recorder);
    await settled();
    expect(recorder.notices).toEqual(['bytes x']);
  });
});

describe('a borrowed chunk', () => {
  it('a borrowed chunk is delivered after the bytes buffered in the stream', async () => {
    const { transport, recorder } = watchedPair();
    transport.pause();
    transport.socket.unshift(Buffer.from('first '));
    transport.resume();
    expect(Transport.deliverBorrowed(transport.socket, Buffer.from('second and garbage'), 6)).toBe(true);
    expect(recorder.notices).toEqual([]);
    await settled();
    expect([recorder.text, recorder.borrowedChunks]).toEqual(['first second', 0]);
  });
});

describe('writing', () => {
  it('a transport writes strings as latin1 by default, and bytes unchanged', async () => {
    const { peer, transport } = watchedPair();
    const received: Buffer[] = [];
    peer.on('data', (chunk: Buffer) => received.push(chunk));
    transport.write('\xe9');
    transport.write('\xe9', 'utf8');
    transport.write(new Uint8Array([1, 2]));
    await settled();
    expect(Buffer.concat(received)).toEqual(Buffer.from([0xe9, 0xc3, 0xa9, 1, 2]));
  });

  it('a transport reports back-pressure, then its end, once', async () => {
    const { peer, transport, recorder } = watchedPair(1_000);
    expect(transport.write(Buffer.alloc(100))).toBe(true);
    let blocked = false;
    for (let round = 0; round < 50 && !blocked; round++) {
      blocked = !transport.write(Buffer.alloc(500));
      if (!blocked) await settled();
    }
    expect([blocked, transport.socket.writableNeedDrain, transport.pendingOutput > 0]).toEqual([
      true,
      true,
      true,
    ]);
    transport.write(Buffer.alloc(500));
    peer.resume();
    await settled();
    expect(recorder.notices).toEqual(['drained']);
    expect([transport.socket.writableNeedDrain, transport.pendingOutput]).toEqual([false, 0]);
  });

  it('a transport reports a drain that came while it was unwatched, once', async () => {
    const { peer, transport, recorder } = watchedPair(10);
    expect(transport.write(Buffer.alloc(500))).toBe(false);
    transport.unwatch();
    peer.resume();
    await settled();
    transport.watch(recorder);
    await settled();
    expect(recorder.notices).toEqual(['drained']);
    transport.unwatch();
    transport.watch(recorder);
    await settled();
    expect(recorder.notices).toEqual(['drained']);
  });

  it('a transport ends once, however often you call end()', async () => {
    const { peer, transport, recorder } = watchedPair();
    transport.write('bye');
    transport.end();
    transport.end();
    peer.end();
    peer.resume();
    await settled();
    transport.end();
    await settled();
    expect(recorder.notices).toEqual(['ended', 'closed']);
  });
});

describe('letting go', () => {
  it.each(['destroy', 'reset', 'close'] as const)('after %s() a transport reports nothing', async (way) => {
    const { peer, transport, recorder } = watchedPair();
    peer.write('on its way');
    transport[way]();
    transport[way]();
    peer.reset();
    await settled();
    expect(recorder.notices).toEqual([]);
    expect(transport.socket.destroyed).toBe(true);
    expect(() => {
      transport.watch(recorder);
      transport.pause();
      transport.resume();
      transport.end();
      transport.unwatch();
    }).not.toThrow();
    await settled();
    expect(recorder.notices).toEqual([]);
  });

  it('destroy() of a transport within a chunk stops the chunks behind it', async () => {
    const { peer, transport, recorder } = watchedPair();
    recorder.whenBytes = () => {
      transport.destroy();
    };
    peer.segment([1]).end('abc');
    await settled();
    expect(recorder.notices).toEqual(['bytes a']);
  });

  it('reset() of a transport resets the peer', async () => {
    const { client, server } = createMemoryPair();
    const peer = Recorder.watch(new Transport(client));
    new Transport(server).reset();
    await settled();
    expect(peer.notices).toEqual(['failed ECONNRESET']);
  });

  it('destroy() of a transport survives an error that the socket reports late', async () => {
    const { transport } = watchedPair();
    transport.destroy();
    expect(() => transport.socket.emit('error', new Error('late'))).not.toThrow();
    await settled();
  });

  it('close() of a transport sends what was written, then FIN', async () => {
    const { client, server } = createMemoryPair({ highWaterMark: 100 });
    const transport = new Transport(server);
    for (let index = 0; index < 20; index++) transport.write(Buffer.alloc(100));
    transport.close(new VirtualClock());
    await settled();
    expect(server.destroyed).toBe(false);
    const peer = Recorder.watch(new Transport(client));
    await settled();
    expect([peer.bytes, peer.notices.at(-1), server.destroyed]).toEqual([2_000, 'ended', true]);
  });

  it('close() of a transport discards what arrives, so that a peer that sends first then reads', async () => {
    const { client, server } = createMemoryPair({ highWaterMark: 100 });
    const transport = new Transport(server);
    for (let index = 0; index < 20; index++) transport.write(Buffer.alloc(100));
    for (let index = 0; index < 20; index++) client.write(Buffer.alloc(100));
    transport.close(new VirtualClock());
    await settled();
    expect(client.writableLength).toBe(0);
  });

  it('close() of a transport resets a peer that does not read, after the send timeout', async () => {
    const clock = new VirtualClock();
    const { server } = createMemoryPair({ highWaterMark: 100 });
    const transport = new Transport(server);
    for (let index = 0; index < 20; index++) transport.write(Buffer.alloc(100));
    transport.close(clock);
    await clock.advance(59_999);
    expect(server.destroyed).toBe(false);
    await clock.advance(21);
    expect(server.destroyed).toBe(true);
  });

  it('close() of a transport leaves no deadline behind', async () => {
    const clock = new VirtualClock();
    const { client, server } = createMemoryPair({ highWaterMark: 100 });
    const transport = new Transport(server);
    transport.write(Buffer.alloc(1000));
    transport.close(clock);
    expect(deadlinesOf(clock).armedCount).toBe(1);
    client.resume();
    await settled();
    expect([server.destroyed, deadlinesOf(clock).armedCount]).toEqual([true, 0]);
  });
});

describe('what a transport reports about itself', () => {
  it('the description of a transport is small and safe to serialise', () => {
    const { client, server } = createMemoryPair();
    const transport = new Transport(server);
    const address = (port: number) => ({ address: '127.0.0.1', port, family: 'IPv4' });
    expect(JSON.parse(JSON.stringify(transport))).toEqual({
      id: transport.id,
      kind: 'memory',
      local: address(80),
      remote: address(client.localPort),
    });
    expect(transport.localAddress).toEqual(address(80));
    expect(Object.values(transport)).toEqual([transport.id]);
  });

  it('a plain duplex has an id of its own, no addresses and no encryption', () => {
    const [first, second] = [new Transport(new PassThrough()), new Transport(new PassThrough())];
    expect(second.id).toBe(first.id + 1);
    expect(first.toJSON()).toEqual({ id: first.id, kind: 'duplex', local: undefined, remote: undefined });
    expect(first.encrypted).toBe(false);
  });
});
