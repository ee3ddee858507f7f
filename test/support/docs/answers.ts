import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { FAULT_CHANNEL, HTTPServerSession, HTTPSessionError } from '../../../src/index.js';
import { createMemoryPair, VirtualClock, type MemorySocket } from '../../../src/transport/index.js';

/** A request that a server refuses, in words and in bytes. */
interface BadRequest {
  readonly what: string;
  readonly bytes: string;
  /** Finishes sending after the bytes. */
  readonly ends?: boolean;
}

/** Milliseconds that the server waits for a head. */
const PATIENCE = 5_000;

/** The most bytes of a body that the handler collects. */
const MAX_BODY = 16;

const HOST = 'Host: example.org\r\n';

/** What a server refuses, in the order of the page. */
const BAD_REQUESTS: readonly BadRequest[] = [
  { what: 'a request line without a target', bytes: `GET\r\n${HOST}\r\n` },
  { what: 'a method that is not a token', bytes: `G@T / HTTP/1.1\r\n${HOST}\r\n` },
  { what: 'a target with a fragment', bytes: `GET /#top HTTP/1.1\r\n${HOST}\r\n` },
  { what: 'a target that is too long', bytes: `GET /${'a'.repeat(9_000)} HTTP/1.1\r\n${HOST}\r\n` },
  { what: 'another major version', bytes: `GET / HTTP/2.0\r\n${HOST}\r\n` },
  { what: 'no Host', bytes: 'GET / HTTP/1.1\r\n\r\n' },
  { what: 'a space before the colon', bytes: `GET / HTTP/1.1\r\n${HOST}A : b\r\n\r\n` },
  { what: 'a line that ends in LF alone', bytes: 'GET / HTTP/1.1\nHost: example.org\r\n\r\n' },
  { what: 'a head that is too large', bytes: `GET / HTTP/1.1\r\n${HOST}A: ${'a'.repeat(70_000)}\r\n\r\n` },
  { what: 'too many fields', bytes: `GET / HTTP/1.1\r\n${HOST}${'A: b\r\n'.repeat(300)}\r\n` },
  {
    what: 'two lengths that differ',
    bytes: `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
  },
  {
    what: 'a length beside a transfer coding',
    bytes: `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
  },
  {
    what: 'a transfer coding other than chunked',
    bytes: `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n`,
  },
  { what: 'an unknown expectation', bytes: `GET / HTTP/1.1\r\n${HOST}Expect: a-miracle\r\n\r\n` },
  {
    what: 'a chunk size that is no number',
    bytes: `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nlots\r\n`,
  },
  {
    what: 'more body than the handler collects',
    bytes: `POST / HTTP/1.1\r\n${HOST}Content-Length: 100\r\n\r\n`,
  },
  { what: 'half a head, then FIN', bytes: 'GET / HT', ends: true },
  {
    what: 'half a body, then FIN',
    bytes: `POST / HTTP/1.1\r\n${HOST}Content-Length: 9\r\n\r\nhalf`,
    ends: true,
  },
  { what: 'half a head, then silence', bytes: 'GET / HT' },
  { what: 'nothing wrong, but the handler throws', bytes: `GET /throw HTTP/1.1\r\n${HOST}\r\n` },
];

/** What a server answered. */
export interface Answer {
  readonly what: string;
  readonly status: string;
  /** Code of the error, empty when the session has none. */
  readonly code: string;
}

/** Sends each of them to a session of its own. */
export async function collectAnswers(): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  // Without a subscriber, the handler that throws would cause a process warning.
  subscribe(FAULT_CHANNEL, expectFault);
  for (const request of BAD_REQUESTS) answers.push(await answerTo(request));
  unsubscribe(FAULT_CHANNEL, expectFault);
  return answers;
}

function expectFault(): void {
  // The answer shows it: 500.
}

async function answerTo({ what, bytes, ends }: BadRequest): Promise<Answer> {
  const clock = new VirtualClock();
  const pair = createMemoryPair();
  const session = new HTTPServerSession(pair.server, { clock, timeout: PATIENCE });
  session.serve(async (request, response) => {
    if (request.path === '/throw') throw new RangeError('a mistake of the handler');
    await request.bytes({ maxBytes: MAX_BODY });
    response.end();
  });
  const answer = collect(pair.client);
  pair.client.write(bytes, 'latin1');
  if (ends === true) pair.client.end();
  // The first half is for the head, the second for the end of the connection.
  await clock.advance(2 * PATIENCE);
  const exception = session.networkException();
  session.dispose();
  const status = /^HTTP\/1\.1 (.*)\r\n/.exec(answer.join(''))?.[1] ?? 'none';
  return { what, status, code: exception instanceof HTTPSessionError ? exception.code : '' };
}

function collect(socket: MemorySocket): readonly string[] {
  const pieces: string[] = [];
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => pieces.push(bytes.toString('latin1')));
  return pieces;
}
