import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { MessageHeader } from '../../../src/protocol/message/message-header.js';

function received(block: string): MessageHeader {
  const header = new MessageHeader();
  header.adoptBlock(block);
  return header;
}

describe('MessageHeader', () => {
  it.each([
    ['pairs', [['A', '1'] as const, ['b', '2'] as const]],
    ['an object', { A: '1', b: ['2'] }],
    ['another header', new MessageHeader({ A: '1', b: '2' })],
  ])('is made from %s', (_, init) => {
    expect([...new MessageHeader(init)]).toEqual([
      ['A', '1'],
      ['b', '2'],
    ]);
  });

  it('is made from Headers, with Set-Cookie fields apart', () => {
    const headers = new Headers([
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ]);
    expect(new MessageHeader(headers).getAll('Set-Cookie')).toEqual(['a=1', 'b=2']);
  });

  it('keeps order, spelling and duplicates, and looks names up without regard to case', () => {
    const header = new MessageHeader({ 'X-A': ['1', '2'], b: '3' });
    expect(header.size).toBe(3);
    expect(header.get('x-a')).toBe('1');
    expect(header.getAll('X-a')).toEqual(['1', '2']);
    expect([header.has('B'), header.has('c'), header.get('c')]).toEqual([true, false, undefined]);
    expect(header.getAll('c')).toEqual([]);
    expect([...header.entries()]).toEqual([
      ['X-A', '1'],
      ['X-A', '2'],
      ['b', '3'],
    ]);
  });

  it('sets in the place of the first field of the name, and drops the others', () => {
    const header = new MessageHeader([
      ['A', '1'],
      ['B', '2'],
      ['a', '3'],
      ['C', '4'],
    ]);
    header.set('a', 5);
    header.set('D', ' x\t');
    expect([...header]).toEqual([
      ['a', '5'],
      ['B', '2'],
      ['C', '4'],
      ['D', 'x'],
    ]);
  });

  it('deletes all fields of a name and says whether there were any', () => {
    const header = new MessageHeader({ A: ['1', '2'], B: '3' });
    expect([header.delete('a'), header.delete('a')]).toEqual([true, false]);
    expect([...header]).toEqual([['B', '3']]);
    header.clear();
    expect(header.size).toBe(0);
  });

  it.each(['a\r\nB: c', 'a\rb', 'a\nb', 'a\0b', 'a\x1bb', 'a\x7f', '\u0100', '\u{1f600}'])(
    'refuses the value %j and changes nothing',
    (value) => {
      const header = new MessageHeader({ A: '1' });
      expect(() => header.set('A', value)).toThrow(TypeError);
      expect(() => header.add('A', value)).toThrow(TypeError);
      expect(() => new MessageHeader({ A: value })).toThrow(TypeError);
      expect([...header]).toEqual([['A', '1']]);
    },
  );

  it.each(['', 'a b', 'a:', 'a\r\nb', '\xe9', 'a\0', '\u0161'])('refuses the name %j', (name) => {
    const header = new MessageHeader();
    expect(() => header.set(name, '1')).toThrow(TypeError);
    expect(() => header.add(name, '1')).toThrow(TypeError);
    expect(header.size).toBe(0);
  });

  it('does not repeat a refused value, and no line end of a refused name, in its error', () => {
    const header = new MessageHeader();
    expect(() => header.set('A', 'secret\n')).toThrow(expect.not.stringContaining('secret'));
    expect(() => header.set(`${'n'.repeat(99)}\n`, '1')).toThrow(
      /^field name: not a token \(got "n{64}\.\.\."\)$/,
    );
    expect(() => header.set('a\nb', '1')).toThrow(/^field name: not a token \(got "a\\nb"\)$/);
  });

  it('takes HTAB and latin1 in values', () => {
    expect(new MessageHeader({ A: 'a\tb \xe9' }).get('A')).toBe('a\tb \xe9');
  });

  it('cuts received lines into fields when asked', () => {
    const header = received('Host:a\r\nX: \t b c \r\nEmpty:\r\nx: d:e\r\n');
    expect([...header]).toEqual([
      ['Host', 'a'],
      ['X', 'b c'],
      ['Empty', ''],
      ['x', 'd:e'],
    ]);
    header.delete('empty');
    expect(header.formatBlock()).toBe('Host: a\r\nX: b c\r\nx: d:e\r\n');
  });

  it('passes received lines on as they are while nobody has asked', () => {
    expect(received('Host:  a\r\n').formatBlock()).toBe('Host:  a\r\n');
    const cleared = received('Host:  a\r\n');
    cleared.clear();
    expect(cleared.formatBlock()).toBe('');
  });

  it('becomes Headers and a plain object', () => {
    const header = new MessageHeader({ A: ['1', '2'], Cookie: ['a=1', 'b=2'], __proto__x: '3' });
    expect([...header.toHeaders()]).toEqual([
      ['__proto__x', '3'],
      ['a', '1, 2'],
      ['cookie', 'a=1; b=2'],
    ]);
    expect({ ...header.toObject() }).toEqual({ a: '1, 2', cookie: 'a=1; b=2', __proto__x: '3' });
  });

  it('has no trouble with a field named __proto__', () => {
    const header = new MessageHeader([['__proto__', 'x']]);
    expect(Object.entries(header.toObject())).toEqual([['__proto__', 'x']]);
  });

  it('tells names but no values when it is inspected or logged', () => {
    const header = new MessageHeader({ Authorization: 'secret' });
    expect(JSON.stringify(header)).toBe('{"size":1,"names":["Authorization"]}');
    expect(inspect(header)).toBe("{ size: 1, names: [ 'Authorization' ] }");
  });
});
