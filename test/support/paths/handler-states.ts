import type { HTTPServerRequest, HTTPServerResponse } from '../../../src/session/index.js';

/** Where a handler can be when something goes wrong. */
export interface HandlerState {
  /** What the client has sent by then. */
  readonly request: string;
  /** Brings the handler there; whatever it waits for is under way. */
  enter(request: HTTPServerRequest, response: HTTPServerResponse): unknown;
  /** Bytes that break the rules here. */
  readonly garbage: string;
}

const NONSENSE = '\0nonsense\r\n\r\n';
const GET = 'GET /get HTTP/1.1\r\nHost: h\r\n\r\n';
const HALF = 'POST /half HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n';
const EXPECT = 'POST /expect HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n';
const UPGRADE = 'GET /upgrade HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n';

/** Every state of a handler, in the order of an exchange. */
export const HANDLER_STATES: Readonly<Record<string, HandlerState>> = {
  'before the head': { request: GET, enter: () => undefined, garbage: NONSENSE },
  'after an interim response': {
    request: GET,
    enter: (_request, response) => {
      response.sendInterim(103);
    },
    garbage: NONSENSE,
  },
  'the client expects 100 Continue': { request: EXPECT, enter: () => undefined, garbage: NONSENSE },
  'after 100 Continue': {
    request: EXPECT,
    enter: (_request, response) => {
      response.sendContinue();
    },
    garbage: NONSENSE,
  },
  'the body was not read': { request: HALF, enter: () => undefined, garbage: 'nonsense\r\n' },
  'a piece of the body was read': {
    request: HALF,
    enter: (request) => request.body.read(),
    garbage: 'nonsense\r\n',
  },
  'reading the body': {
    request: HALF,
    enter: (request) => {
      request.bytes().catch(() => undefined);
    },
    garbage: 'nonsense\r\n',
  },
  'in a chunked body': {
    request: GET,
    enter: (_request, response) => response.write('half'),
    garbage: NONSENSE,
  },
  'in a body of known length': {
    request: GET,
    enter: (_request, response) => response.setContentLength(8).write('half'),
    garbage: NONSENSE,
  },
  'in the answer to half a request': {
    request: HALF,
    enter: (_request, response) => response.write('half'),
    garbage: 'nonsense\r\n',
  },
  'after end()': {
    request: GET,
    enter: (_request, response) => {
      response.end('done');
    },
    garbage: NONSENSE,
  },
  'after end(), the body was not read': {
    request: HALF,
    enter: (_request, response) => {
      response.end('done');
    },
    garbage: 'nonsense\r\n',
  },
  'after the upgrade': {
    request: UPGRADE,
    enter: (_request, response) => {
      response.switchProtocol();
    },
    garbage: NONSENSE,
  },
};
