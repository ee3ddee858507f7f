import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { FrameReader } from '../../../../src/inspector/page-server/websocket/frame-reader.js';
import { MessageRoom } from '../../../../src/inspector/page-server/websocket/partial-message.js';
import { clientFrame, type SentFrame } from '../../../support/inspector/websocket-frames.js';

/** A reader, and what it has found, in order. */
function reading({ room = 1_000_000, maxMessage = 100_000 } = {}): { reader: FrameReader; found: string[] } {
  const found: string[] = [];
  const reader = new FrameReader(
    {
      message: (data) => found.push(`message ${data.toString()}`),
      dropped: () => found.push('dropped'),
      ping: (payload) => found.push(`ping ${payload.toString()}`),
      close: () => found.push('close'),
      failed: () => found.push('failed'),
    },
    new MessageRoom(room),
    maxMessage,
  );
  return { reader, found };
}

function foundIn(frames: readonly SentFrame[], caps = {}): string[] {
  const { reader, found } = reading(caps);
  reader.push(Buffer.concat(frames.map(clientFrame)));
  return found;
}

describe('a reader of WebSocket frames', () => {
  it('messages of every form of length are read', () => {
    for (const length of [0, 1, 125, 126, 127, 65_535, 65_536]) {
      const payload = 'x'.repeat(length);
      expect(foundIn([{ payload }])).toEqual([`message ${payload}`]);
    }
  });

  it('a message in several frames is one, with control frames in between', () => {
    const frames = [
      { payload: 'one ', isLast: false },
      { opcode: 9, payload: 'there?' },
      { opcode: 0, payload: 'mess', isLast: false },
      { opcode: 10, payload: 'here' },
      { opcode: 0, payload: 'age' },
      { opcode: 2, payload: 'bytes' },
    ];
    expect(foundIn(frames)).toEqual(['ping there?', 'message one message', 'message bytes']);
  });

  it('messages are the same in whatever pieces their bytes come', () => {
    const frame = fc.record({
      payload: fc.string({ maxLength: 300 }),
      cut: fc.option(fc.nat({ max: 300 })),
      ping: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 400 })),
        (sent, cuts) => {
          const bytes = Buffer.concat(
            sent.flatMap(({ payload, cut, ping }) => [
              ...(cut === null ? [] : [clientFrame({ payload: payload.slice(0, cut), isLast: false })]),
              ...(ping ? [clientFrame({ opcode: 9, payload: 'p' })] : []),
              clientFrame({
                opcode: cut === null ? 1 : 0,
                payload: cut === null ? payload : payload.slice(cut),
              }),
            ]),
          );
          const { reader, found } = reading();
          let at = 0;
          for (const size of [...cuts, bytes.length]) {
            reader.push(bytes.subarray(at, at + size));
            at += size;
          }
          const whole = sent.flatMap(({ payload, ping }) => [
            ...(ping ? ['ping p'] : []),
            `message ${payload}`,
          ]);
          expect(found.map((text) => Buffer.from(text).toString())).toEqual(
            whole.map((text) => Buffer.from(text).toString()),
          );
          expect(reader.unfinished).toBeNull();
        },
      ),
    );
  });

  it.each<[string, readonly SentFrame[]]>([
    ['in one frame', [{ payload: 'x'.repeat(11) }]],
    [
      'in several frames',
      [
        { payload: 'x'.repeat(6), isLast: false },
        { opcode: 0, payload: 'x'.repeat(6) },
      ],
    ],
    [
      'with frames to come after the one that is too long',
      [
        { payload: 'x'.repeat(20), isLast: false },
        { opcode: 0, isLast: false },
        { opcode: 0, payload: 'y' },
      ],
    ],
  ])('a message that is too long %s is dropped once, and the next one is read', (_how, frames) => {
    expect(foundIn([...frames, { payload: 'next' }], { maxMessage: 10 })).toEqual([
      'dropped',
      'message next',
    ]);
  });

  it('a message that finds no room is dropped, and its room is free again', () => {
    const room = new MessageRoom(16_384);
    const found: string[] = [];
    const listener = {
      message: (data: Buffer) => found.push(data.toString()),
      dropped: () => found.push('dropped'),
      ping: () => undefined,
      close: () => undefined,
      failed: () => undefined,
    };
    const [one, other] = [new FrameReader(listener, room), new FrameReader(listener, room)];
    const [begin, end] = [
      clientFrame({ payload: 'a', isLast: false }),
      clientFrame({ opcode: 0, payload: 'b' }),
    ];
    one.push(begin);
    other.push(begin);
    other.push(end);
    one.push(end);
    other.push(begin);
    other.push(end);
    one.push(begin);
    one.end();
    other.push(begin);
    other.push(end);
    expect(found).toEqual(['dropped', 'ab', 'ab', 'ab']);
  });

  it('a message of single bytes holds no more than its room', () => {
    const { reader, found } = reading({ room: 20_000 });
    reader.push(clientFrame({ payload: 'x', length: 10_000 }));
    for (let count = 0; count < 9_999; count++) reader.push(Buffer.from([0]));
    expect(found).toHaveLength(1);
    expect(found[0]?.length).toBe('message '.length + 10_000);
  });

  it('a message that is dropped on the way is passed over to its end', () => {
    const { reader, found } = reading();
    reader.push(clientFrame({ payload: 'abc', isLast: false }));
    expect(reader.unfinished).toBe(1);
    reader.drop('slowMessage');
    reader.drop('slowMessage');
    expect(reader.unfinished).toBeNull();
    reader.push(clientFrame({ opcode: 0, payload: 'def' }));
    reader.push(clientFrame({ payload: 'next' }));
    reader.drop('slowMessage');
    expect(found).toEqual(['dropped', 'message next']);
  });

  it.each<[string, Buffer]>([
    ['a frame that is not masked', Buffer.from([0x81, 0x01, 0x61, 0, 0, 0, 0])],
    ['a reserved bit', Buffer.from([0xc1, 0x80, 0, 0, 0, 0])],
    ['an unknown type', clientFrame({ opcode: 3 })],
    ['an unknown control frame', clientFrame({ opcode: 11 })],
    ['a continuation of nothing', clientFrame({ opcode: 0 })],
    ['a long control frame', clientFrame({ opcode: 9, payload: 'x'.repeat(126) })],
    ['a control frame in parts', clientFrame({ opcode: 9, isLast: false })],
    ['a message in a message', Buffer.concat([clientFrame({ isLast: false }), clientFrame({})])],
  ])('%s is not read, nor anything after it', (_what, bytes) => {
    const { reader, found } = reading();
    reader.push(Buffer.concat([bytes, clientFrame({ payload: 'more' })]));
    reader.push(clientFrame({ payload: 'more' }));
    expect(found).toEqual(['failed']);
  });

  it('nothing is read after a close', () => {
    expect(foundIn([{ opcode: 8, payload: '\x03\xe8' }, { payload: 'more' }])).toEqual(['close']);
  });
});
