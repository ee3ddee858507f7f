import http from 'node:http';
import type { Duplex } from 'node:stream';

import { HTTPServer } from '../../../src/server/index.js';
import { createMemoryPair, type Clock } from '../../../src/transport/index.js';

/** A server of this package that answers GET, and POST with what it got. */
export function ownServer(clock?: Clock): HTTPServer {
  return new HTTPServer(
    async (request, response) => {
      if (request.method === 'POST') response.end(await request.bytes());
      else response.end('Hello!');
    },
    clock === undefined ? {} : { clock },
  );
}

/** The same of node:http. */
export function nodeServer(): http.Server {
  return http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => response.end(request.method === 'POST' ? Buffer.concat(chunks) : 'Hello!'));
  });
}

/** What connects to something that takes sockets, in memory. */
export function inMemory(accept: (socket: Duplex) => unknown): () => Duplex {
  return () => {
    const pair = createMemoryPair();
    pair.server.on('error', () => undefined);
    accept(pair.server);
    return pair.client;
  };
}

/** One mistake each that servers really make. */
export const MISTAKES = {
  none: {},
  'a body that is longer than its length': { surplus: 'x' },
  'a head without a length, and an open connection': { length: () => '' },
  'a length that is no number': { length: () => 'Content-Length: 6.0\r\n' },
  'a body to HEAD': { answersHead: true },
  'another answer after it has said close': { forgetsClose: true },
  'no word on Expect': { ignoresExpect: true },
  'an answer to half a request': { isHasty: true },
  'an interim response even to HTTP/1.0': {
    interim: 'HTTP/1.1 100 Continue\r\n\r\n',
  },
  'answers in another order': { reverses: true },
  'the smuggled request as well': { trustsAnything: true },
  'a body with a byte missing': { echo: (body: string) => body.slice(1) },
  'nothing to a client that has half-closed': { cutsHalfClosed: true },
} as const satisfies Record<string, Mistake>;

interface Mistake {
  readonly surplus?: string;
  readonly length?: (body: string) => string;
  readonly answersHead?: boolean;
  readonly forgetsClose?: boolean;
  readonly ignoresExpect?: boolean;
  readonly isHasty?: boolean;
  readonly interim?: string;
  readonly reverses?: boolean;
  readonly trustsAnything?: boolean;
  readonly echo?: (body: string) => string;
  readonly cutsHalfClosed?: boolean;
}

/** A tiny server, right but for one mistake. */
export function tinyServer(mistake: Mistake): (socket: Duplex) => void {
  return (socket) => {
    let unread = '';
    let isClosing = false;
    const close = (): void => {
      if (mistake.forgetsClose === true) return;
      isClosing = true;
      socket.end();
    };
    const refuse = (): void => {
      socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      isClosing = true;
      socket.end();
    };
    const answer = (method: string, body: string): string => {
      const text = method === 'POST' ? (mistake.echo ?? String)(body) : 'Hello!';
      const length = (mistake.length ?? ((sent: string) => `Content-Length: ${String(sent.length)}\r\n`))(
        text,
      );
      const sent = method === 'HEAD' && mistake.answersHead !== true ? '' : text;
      return `${mistake.interim ?? ''}HTTP/1.1 200 OK\r\n${length}\r\n${sent}${mistake.surplus ?? ''}`;
    };
    const readOn = (): void => {
      const answers: string[] = [];
      let closes = false;
      let isMalformed = false;
      while (!closes && !isMalformed) {
        const found = requestIn(unread, mistake);
        if (found === null) break;
        if (found === 'malformed') {
          isMalformed = true;
        } else if ('continues' in found) {
          if (mistake.ignoresExpect !== true) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
          unread = found.unread;
          break;
        } else {
          unread = found.rest;
          answers.push(answer(found.method, found.body));
          closes = found.closes;
        }
      }
      socket.write((mistake.reverses === true ? answers.reverse() : answers).join(''));
      if (isMalformed) refuse();
      else if (closes) close();
    };
    socket.on('data', (chunk: Buffer) => {
      if (isClosing) return;
      unread += chunk.toString('latin1');
      if (mistake.cutsHalfClosed === true) setImmediate(readOn);
      else readOn();
    });
    socket.on('end', () => {
      if (mistake.cutsHalfClosed === true) socket.destroy();
      else socket.end();
    });
  };
}

interface Found {
  readonly method: string;
  readonly body: string;
  readonly closes: boolean;
  readonly rest: string;
}

function requestIn(
  text: string,
  mistake: Mistake,
): Found | 'malformed' | { readonly continues: true; readonly unread: string } | null {
  if (text !== '' && !/^[A-Z]/.test(text)) return 'malformed';
  if (/^[^\r\n]*\r\n/.test(text) && !/^[A-Z]+ \S+ HTTP\/1\.[01]\r\n/.test(text)) return 'malformed';
  const end = text.indexOf('\r\n\r\n');
  if (end === -1)
    return mistake.isHasty === true && text.includes('Host:') ? found('GET', '', true, '') : null;
  const head = text.slice(0, end);
  const rest = text.slice(end + 4);
  const [method = ''] = head.split(' ', 1);
  const lengths = [...head.matchAll(/^Content-Length: (\d+)$/gm)].map(([, digits]) => Number(digits));
  const codings = [...head.matchAll(/^Transfer-Encoding: (.*)$/gm)];
  if (mistake.trustsAnything !== true) {
    if (!head.includes('Host: ') && head.includes('HTTP/1.1')) return 'malformed';
    if (lengths.length + codings.length > 1) return 'malformed';
    if (
      head
        .split('\r\n')
        .slice(1)
        .some((line) => !line.includes(':'))
    )
      return 'malformed';
  }
  const closes = head.includes('Connection: close') || head.includes('HTTP/1.0');
  if (head.includes('Expect: 100-continue')) {
    return {
      continues: true,
      unread: `${head.replace('Expect: 100-continue', 'Expected: 1')}\r\n\r\n${rest}`,
    };
  }
  if (codings.length > 0) {
    const chunks = /^((?:[1-9a-f][0-9a-f]*\r\n[a-z]*\r\n)*)0\r\n\r\n/.exec(rest);
    if (chunks === null)
      return /^(?:[0-9a-f]+\r\n[a-z]*(?:\r\n|$))*[0-9a-f]*(?:\r\n?)?$/.test(rest) ? null : 'malformed';
    const body = (chunks[1] ?? '').replace(/[0-9a-f]+\r\n([a-z]*)\r\n/g, '$1');
    return found(method, body, closes, rest.slice(chunks[0].length));
  }
  const length = lengths[0] ?? 0;
  if (rest.length < length) return null;
  return found(method, rest.slice(0, length), closes, rest.slice(length));
}

function found(method: string, body: string, closes: boolean, rest: string): Found {
  return { method, body, closes, rest };
}
