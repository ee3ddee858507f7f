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
  ])('a MessageHeader can be made from %s', (_, init) => {
    expect([...new MessageHeader(init)]).toEqual([
      ['A', '1'],
      ['b', '2'],
    ]);
  });

  it('a MessageHeader made from Headers has separate Set-Cookie fields', () => {
    const headers = new Headers([
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ]);
    expect(new MessageHeader(headers).getAll('Set-Cookie')).toEqual(['a=1', 'b=2']);
  });

  it('a MessageHeader keeps order, spelling and duplicates, and ignores the case of names', () => {
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

  it('set() of a MessageHeader replaces the first field of the name, and drops the others', () => {
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

  it('delete() of a MessageHeader deletes all fields of a name and says whether there were any', () => {
    const header = new MessageHeader({ A: ['1', '2'], B: '3' });
    expect([header.delete('a'), header.delete('a')]).toEqual([true, false]);
    expect([...header]).toEqual([['B', '3']]);
    header.clear();
    expect(header.size).toBe(0);
  });

  it.each(['a\r\nB: c', 'a\rb', 'a\nb', 'a\0b', 'a\x1bb', 'a\x7f', '\u0100', '\u{1f600}'])(
    'a MessageHeader refuses the value %j and changes nothing',
    (value) => {
      const header = new MessageHeader({ A: '1' });
      expect(() => header.set('A', value)).toThrow(TypeError);
      expect(() => header.add('A', value)).toThrow(TypeError);
      expect(() => new MessageHeader({ A: value })).toThrow(TypeError);
      expect([...header]).toEqual([['A', '1']]);
    },
  );

  it.each(['', 'a b', 'a:', 'a\r\nb', '\xe9', 'a\0', '\u0161'])(
    'a MessageHeader refuses the name %j',
    (name) => {
      const header = new MessageHeader();
      expect(() => header.set(name, '1')).toThrow(TypeError);
      expect(() => header.add(name, '1')).toThrow(TypeError);
      expect(header.size).toBe(0);
    },
  );

  it('the error of a MessageHeader repeats no refused value, and no line end of a refused name', () => {
    const header = new MessageHeader();
    expect(() => header.set('A', 'secret\n')).toThrow(expect.not.stringContaining('secret'));
    expect(() => header.set(`${'n'.repeat(99)}\n`, '1')).toThrow(
      /^field name: not a token \(got "n{64}\.\.\."\)$/,
    );
    expect(() => header.set('a\nb', '1')).toThrow(/^field name: not a token \(got "a\\nb"\)$/);
  });

  it('a MessageHeader takes HTAB and latin1 in values', () => {
    expect(new MessageHeader({ A: 'a\tb \xe9' }).get('A')).toBe('a\tb \xe9');
  });

  it('a MessageHeader parses received lines into fields on demand', () => {
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

  it('a MessageHeader that was not read passes received lines on unchanged', () => {
    expect(received('Host:  a\r\n').formatBlock()).toBe('Host:  a\r\n');
    const cleared = received('Host:  a\r\n');
    cleared.clear();
    expect(cleared.formatBlock()).toBe('');
  });

  it('a MessageHeader converts to Headers and to a plain object', () => {
    const header = new MessageHeader({ A: ['1', '2'], Cookie: ['a=1', 'b=2'], __proto__x: '3' });
    expect([...header.toHeaders()]).toEqual([
      ['__proto__x', '3'],
      ['a', '1, 2'],
      ['cookie', 'a=1; b=2'],
    ]);
    expect({ ...header.toObject() }).toEqual({ a: '1, 2', cookie: 'a=1; b=2', __proto__x: '3' });
  });

  it('a MessageHeader can have a field named __proto__', () => {
    const header = new MessageHeader([['__proto__', 'x']]);
    expect(Object.entries(header.toObject())).toEqual([['__proto__', 'x']]);
  });

  it('an inspected or logged MessageHeader shows names but no values', () => {
    const header = new MessageHeader({ Authorization: 'secret' });
    expect(JSON.stringify(header)).toBe('{"size":1,"names":["Authorization"]}');
    expect(inspect(header)).toBe("{ size: 1, names: [ 'Authorization' ] }");
  });
});

describe('values that a header refuses, in JavaScript too', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'an object with an undefined value',
      { a: undefined },
      /^field "a": the value must be .* \(got undefined\)$/,
    ],
    ['an object with null', { a: null }, /got null/],
    ['an object with an object', { a: {} }, /got an object/],
    ['pairs without a value', [['a']], /got undefined/],
    ['null', null, /^headers: must be an object, Headers or pairs \(got null\)/],
    ['a string', 'a: b', /^headers: must be an object, Headers or pairs \(got "a: b"\)/],
  ])('a header made of %s is a TypeError that says what was given', (_what, init, text) => {
    expect(() => new MessageHeader(init as never)).toThrow(TypeError);
    expect(() => new MessageHeader(init as never)).toThrow(text);
  });

  it('a refused array leaves the header as it was', () => {
    const header = new MessageHeader({ a: '1' });
    expect(() => header.set('a', ['2', 'b\r\nc'])).toThrow(TypeError);
    expect(() => header.add('a', ['2', undefined as never])).toThrow(TypeError);
    expect([...header]).toEqual([['a', '1']]);
  });

  it('numbers and arrays of them are values, and an empty array removes the field', () => {
    const header = new MessageHeader({ a: 1, b: [2, '3'] });
    expect([...header]).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['b', '3'],
    ]);
    header.set('b', []);
    expect([...header]).toEqual([['a', '1']]);
  });
});
