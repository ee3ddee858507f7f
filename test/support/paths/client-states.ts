import { HTTPRequest } from '../../../src/protocol/index.js';
import type { RequestInit } from '../../../src/session/index.js';
import type { Connecting } from './client-lines.js';
import type { ClientStage } from './client-stage.js';

/** A state in which a client's request can be, as its user sees it. */
export interface ClientState {
  /** How the connection comes about; `succeeds` when nothing is said. */
  readonly connecting?: Connecting;
  /** Brings a session there. */
  enter(stage: ClientStage): Promise<unknown>;
  /** Bytes that break the rules here. */
  readonly garbage: string;
  /** How much time is more than its timer allows, in milliseconds. */
  readonly patience: number;
  /** Somebody produces the body of the request. */
  readonly produces?: true;
  /** Somebody reads the body of the response; this is the next piece of it. */
  readonly piece?: string;
}

const NONSENSE = '\0nonsense\r\n\r\n';
const RECEIVE = 60_100;
const SEND = 60_100;

/** More than any connection takes at once. */
function* endless(): Generator<Uint8Array> {
  const piece = Buffer.alloc(65_536);
  for (;;) yield piece;
}

/** Waits for the response to a request that is complete. */
function waiting(path: string, init: RequestInit = {}, arrives = ''): ClientState {
  return {
    enter: async (stage) => {
      await stage.connect();
      await stage.send(path, init);
      if (arrives !== '') await stage.far?.send(arrives);
    },
    garbage: NONSENSE,
    patience: RECEIVE,
  };
}

/** The same on a connection that has completed an exchange already. */
function waitingAgain(path: string, init: RequestInit = {}): ClientState {
  return {
    enter: async (stage) => {
      await stage.reuse();
      await stage.send(path, init);
    },
    garbage: NONSENSE,
    patience: RECEIVE,
  };
}

/** Sends a body in pieces; the first has gone, the next one is being produced. */
function uploading(path: string, init: RequestInit, arrives = ''): ClientState {
  return {
    enter: async (stage) => {
      await stage.connect();
      await stage.send(path, { method: 'POST', body: stage.producer, ...init });
      if (arrives.startsWith('HTTP/1.1 100')) await stage.far?.send(arrives);
      await stage.line.settle(() => stage.producer.isAsked);
      stage.producer.give('half');
      await stage.far?.got('half');
      if (arrives.startsWith('HTTP/1.1 200')) await stage.far?.send(arrives);
    },
    garbage: NONSENSE,
    // Whoever produces the body may take any time for it.
    patience: 86_400_000,
    produces: true,
  };
}

/** Reads the body of a response, of which a part has come. */
function reading(
  path: string,
  head: string,
  parts: { first: string; piece: string; garbage: string },
): ClientState {
  return {
    enter: async (stage) => {
      await stage.connect();
      await stage.send(path);
      await stage.far?.send(`HTTP/1.1 200 OK\r\n${head}\r\n${parts.first}`);
      await stage.line.settle();
    },
    garbage: parts.garbage,
    patience: RECEIVE,
    piece: parts.piece,
  };
}

const FIXED = { first: 'four', piece: '1234', garbage: '12345678surplus' };
const UPGRADE = { headers: { Connection: 'Upgrade', Upgrade: 'chat' } };

/** Every state, in the order of an exchange. */
export const CLIENT_STATES: Readonly<Record<string, ClientState>> = {
  'idle, fresh': { enter: (stage) => stage.connect(), garbage: NONSENSE, patience: 86_400_000 },
  'idle, reused': { enter: (stage) => stage.reuse(), garbage: NONSENSE, patience: 8_100 },
  connecting: {
    connecting: 'hangs',
    enter: async (stage) => {
      stage.begin('/connecting');
      // Over TCP a turn of the event loop would be enough for the connection; a server of TLS can keep it waiting.
      for (let turn = 0; turn < 8; turn++) await Promise.resolve();
      if (stage.line.name === 'TLS') await stage.meet();
    },
    garbage: NONSENSE,
    patience: 30_100,
  },
  'the head is held back': {
    enter: async (stage) => {
      await stage.connect();
      await stage.session.sendRequest(
        new HTTPRequest('POST', '/held', { headers: { 'Transfer-Encoding': 'chunked' } }),
      );
    },
    garbage: NONSENSE,
    patience: 86_400_000,
  },
  'waiting for the response': waiting('/waiting'),
  'waiting, on a reused connection': waitingAgain('/again'),
  'waiting, on a reused connection, not idempotent': waitingAgain('/once', { method: 'POST', body: 'x' }),
  'in the head of the response': waiting('/head', {}, 'HTTP/1.1 200 OK\r\nContent-Le'),
  'between interim and final response': waiting('/hints', {}, 'HTTP/1.1 103 Early Hints\r\n\r\n'),
  'waiting for 100 Continue': {
    ...waiting('/expect', { method: 'POST', body: 'body', expectContinue: true }),
    patience: 1_100,
  },
  'uploading after 100 Continue': uploading(
    '/continued',
    { expectContinue: true },
    'HTTP/1.1 100 Continue\r\n\r\n',
  ),
  'uploading in chunks': uploading('/chunks', {}),
  'uploading a known length': uploading('/length', { headers: { 'Content-Length': '8' } }),
  'uploading to a server that takes nothing': {
    enter: async (stage) => {
      await stage.connect(false);
      stage.begin('/blocked', { method: 'POST', body: endless() });
      await stage.blocked();
    },
    garbage: NONSENSE,
    patience: SEND,
  },
  'uploading while the response is read': {
    ...uploading('/early', {}, 'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nfour'),
    garbage: FIXED.garbage,
    piece: FIXED.piece,
    patience: RECEIVE,
  },
  'reading a body of known length': reading('/fixed', 'Content-Length: 12\r\n', FIXED),
  'reading a chunked body': reading('/chunked', 'Transfer-Encoding: chunked\r\n', {
    first: '4\r\nfour\r\n',
    piece: '4\r\n1234\r\n',
    garbage: 'nonsense\r\n',
  }),
  'reading a body until close': reading('/close', '', { first: 'four', piece: '1234', garbage: NONSENSE }),
  'not reading the body': {
    enter: async (stage) => {
      await stage.connect();
      await stage.send('/unread', {}, () => Promise.resolve('200 unread'));
      await stage.far?.send('HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nfour');
      await stage.over();
    },
    garbage: FIXED.garbage,
    patience: RECEIVE,
  },
  'offering an upgrade': waiting('/upgrade', UPGRADE),
  'offering a tunnel': waiting('test:443', { method: 'CONNECT' }),
  switched: {
    enter: async (stage) => {
      await stage.connect();
      await stage.send('/switched', UPGRADE, () => Promise.resolve('101'));
      await stage.far?.send(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n',
      );
      await stage.over();
    },
    garbage: NONSENSE,
    patience: 86_400_000,
  },
  'close was said by the client': waiting('/last', { headers: { Connection: 'close' } }),
  'close was said by the server': reading('/closing', 'Connection: close\r\nContent-Length: 12\r\n', FIXED),
  'after the last response': {
    enter: async (stage) => {
      await stage.connect();
      await stage.send('/over', { headers: { Connection: 'close' } });
      await stage.far?.send('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\ndone');
      await stage.over();
    },
    garbage: NONSENSE,
    patience: 86_400_000,
  },
};
