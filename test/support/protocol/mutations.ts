import fc from 'fast-check';

/** What tends to confuse readers of HTTP when it stands in the wrong place. */
const WORDS = [
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  ' ',
  '\t',
  '\0',
  ':',
  ',',
  ';',
  '0',
  '5',
  '-',
  '+',
  'a',
  '\xff',
  '0\r\n\r\n',
  '1\r\na\r\n',
  ';x=y',
  ';x="y"',
  '"',
  '=',
  '\\',
  'Host: a\r\n',
  'Content-Length: 3\r\n',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip\r\n',
  'Connection: close\r\n',
  'Connection: keep-alive\r\n',
  'Expect: 100-continue\r\n',
  'chunked',
  'identity',
  'HTTP/1.0',
  'HTTP/1.1',
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc',
];

type Mutation = (bytes: Buffer) => Buffer;

const place = fc.double({ min: 0, max: 1, noNaN: true });
const word = fc.oneof(
  fc.constantFrom(...WORDS).map((text) => Buffer.from(text, 'latin1')),
  fc.uint8Array({ minLength: 1, maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
);

function spliced(bytes: Buffer, at: number, removed: number, inserted: Buffer): Buffer {
  const start = Math.floor(at * bytes.length);
  return Buffer.concat([bytes.subarray(0, start), inserted, bytes.subarray(start + removed)]);
}

const NONE = Buffer.alloc(0);

const mutations = fc.oneof(
  fc.tuple(place, word).map<Mutation>(
    ([at, inserted]) =>
      (bytes) =>
        spliced(bytes, at, 0, inserted),
  ),
  fc.tuple(place, word).map<Mutation>(
    ([at, inserted]) =>
      (bytes) =>
        spliced(bytes, at, inserted.length, inserted),
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 9 })).map<Mutation>(
    ([at, removed]) =>
      (bytes) =>
        spliced(bytes, at, removed, NONE),
  ),
  fc.tuple(place, place, fc.integer({ min: 1, max: 30 })).map<Mutation>(([from, to, length]) => (bytes) => {
    const start = Math.floor(from * bytes.length);
    return spliced(bytes, to, 0, bytes.subarray(start, start + length));
  }),
);

/** One of `seeds`, or several in a row, changed in up to four places. */
export function mutated(seeds: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const messages = fc.array(fc.constantFrom(...seeds), { minLength: 1, maxLength: 3 });
  return fc.tuple(messages, fc.array(mutations, { maxLength: 4 })).map(([parts, changes]): Buffer => {
    let bytes: Buffer = Buffer.concat(parts);
    for (const change of changes) bytes = change(bytes);
    return bytes;
  });
}
