import { describe } from '@jest/globals';

import { get, postChunked } from '../../../support/http/served.js';
import type { Scenario } from '../../../support/node/listener/both-servers.js';
import { answered, sameAsNode } from '../../../support/node/listener/scenarios.js';

const DUPLICATES =
  'X-A: 1\r\nx-a: 2\r\nCookie: a=1\r\nCookie: b=2\r\nUser-Agent: one\r\nUser-Agent: two\r\nSet-Cookie: s\r\nAccept: a\r\n' +
  'Accept: b\r\nAuthorization: x\r\nAuthorization: y\r\nEmpty:\r\n__proto__: p\r\nX-Latin: \xe9\r\n';

const heads: Scenario['listener'] = (request, response, log) => {
  log.note(JSON.stringify([request.headers, request.headersDistinct, request.rawHeaders]));
  response.end();
};

const trailers: Scenario['listener'] = (request, response, log) => {
  const note = (): void => {
    const { rawTrailers, trailers: joined, trailersDistinct } = request;
    log.note(JSON.stringify([rawTrailers, joined, trailersDistinct]));
  };
  note();
  request.resume().on('end', () => {
    note();
    response.end();
  });
};

describe('the fields of a request', () => {
  sameAsNode({
    duplicates: answered(get('/', DUPLICATES), heads),
    'duplicates with joinDuplicateHeaders': {
      ...answered(get('/', DUPLICATES), heads),
      options: { joinDuplicateHeaders: true },
    },
    trailers: answered(postChunked(['abc'], 'X-T: 1\r\nx-t: 2\r\nOther: \xe9\r\n'), trailers),
    'no trailers': answered(postChunked(['abc']), trailers),
    'trailers of a body that is not read': answered(
      postChunked(['abc'], 'X-T: 1\r\n'),
      (request, response, log) => {
        request.on('end', () => {
          log.note(JSON.stringify(request.trailers));
        });
        response.end();
      },
    ),
    'more of them than maxHeadersCount': {
      ...answered(get('/', 'A: 1\r\nB: 2\r\nC: 3\r\n'), heads),
      prepare: (server) => {
        server.maxHeadersCount = 1_000;
      },
    },
  });
});

const responding = (write: (...of: Parameters<NonNullable<Scenario['listener']>>) => void): Scenario =>
  answered(
    get() + get(),
    (request, response, log) => {
      try {
        write(request, response, log);
      } catch (error) {
        log.note(`${(error as NodeJS.ErrnoException).code ?? ''} ${(error as Error).message}`);
      }
      log.note(JSON.stringify([response.headersSent, response.getHeaders(), response.statusCode]));
      if (!response.writableEnded) response.end('end');
    },
    2,
  );

describe('the fields of a response', () => {
  sameAsNode({
    'writeHead with an object': responding((_request, response) => {
      response.setHeader('A', '1').setHeader('B', ['2', '3']).writeHead(201, { a: 'x', C: 4 });
    }),
    'writeHead with a flat array': responding((_request, response) => {
      response.writeHead(202, ['A', '1', 'A', '2', 'Set-Cookie', 's']);
    }),
    'writeHead with an array over fields that are set': responding((_request, response) => {
      response.setHeader('A', '0').writeHead(202, ['A', '1', 'A', '2']);
    }),
    'writeHead with a reason': responding((_request, response) => {
      response.writeHead(299, 'All Right', { A: '1' });
    }),
    'writeHead twice': responding((_request, response) => {
      response.writeHead(200).writeHead(201);
    }),
    'writeHead with a status out of range': responding((_request, response) => {
      response.writeHead(42);
    }),
    'setHeader after the head': responding((_request, response) => {
      response.writeHead(200).setHeader('A', '1');
    }),
    'a value with a line end': responding((_request, response) => {
      response.setHeader('A', 'a\r\nB: b');
    }),
    flushHeaders: responding((_request, response, log) => {
      response.setHeader('A', '1');
      response.flushHeaders();
      log.note(String(response.headersSent));
    }),
    'setHeaders with Headers and a Map': responding((_request, response) => {
      response.setHeaders(
        new Headers([
          ['a', '1'],
          ['set-cookie', 'x'],
          ['set-cookie', 'y'],
        ]),
      );
      response.setHeaders(new Map([['b', '2']]));
    }),
    appendHeader: responding((_request, response) => {
      response.appendHeader('A', '1').appendHeader('A', ['2', '3']);
    }),
    'removeHeader of Date, Connection and Transfer-Encoding': responding((_request, response) => {
      response.removeHeader('Date');
      response.removeHeader('Connection');
      response.write('a');
    }),
    'sendDate off': responding((_request, response) => {
      response.sendDate = false;
    }),
    'a value of latin1': responding((_request, response) => {
      response.setHeader('A', 'caf\xe9').setHeader('Content-Disposition', 'attachment; filename="\xe9"');
    }),
    uniqueHeaders: {
      ...responding((_request, response) => {
        response.setHeader('X-List', ['1', '2']).setHeader('X-Other', ['1', '2']);
      }),
      options: { uniqueHeaders: ['x-list'] },
    },
    trailers: responding((_request, response) => {
      response.setHeader('Trailer', 'X-T');
      response.write('body');
      response.addTrailers({ 'X-T': 'one' });
    }),
    'trailers as an array': responding((_request, response) => {
      response.write('body');
      response.addTrailers([
        ['X-T', 'one'],
        ['X-T', 'two'],
      ]);
    }),
    'trailers without chunks': responding((_request, response) => {
      response.writeHead(200, { Trailer: 'X-T', 'Content-Length': 3 });
    }),
    'a Keep-Alive field of its own': responding((_request, response) => {
      response.setHeader('Keep-Alive', 'timeout=99').setHeader('Connection', 'keep-alive');
    }),
  });
});

const encoded = (text: string, encoding: BufferEncoding, isFirst = true): Scenario =>
  answered(
    get() + get(),
    (_request, response) => {
      response.setHeader('A', '\xe9');
      if (!isFirst) response.write('first');
      response.write(text, encoding);
      response.end(text, encoding);
    },
    2,
  );

describe('the encodings of a body', () => {
  sameAsNode({
    'utf8 of one byte each': encoded('plain', 'utf8'),
    'utf8 of more bytes': encoded('caf\xe9 \u20ac \u{1f600}', 'utf8'),
    'utf8 of more bytes, behind a piece': encoded('caf\xe9 \u20ac', 'utf8', false),
    latin1: encoded('caf\xe9', 'latin1'),
    'latin1 beyond latin1': encoded('\u20ac5 \u0141', 'latin1'),
    binary: encoded('\xff\x00\u1234', 'binary'),
    ascii: encoded('caf\xe9 \u20ac', 'ascii'),
    base64: encoded(Buffer.from('base64!').toString('base64'), 'base64'),
    base64url: encoded(Buffer.from('base64!').toString('base64url'), 'base64url'),
    hex: encoded('00ff10', 'hex'),
    'hex, behind a piece': encoded('00ff10', 'hex', false),
    ucs2: encoded('a\u20ac', 'ucs2'),
    utf16le: encoded('a\u20ac', 'utf16le', false),
    'in upper case': encoded('caf\xe9', 'UTF8' as BufferEncoding),
    'a surrogate alone': encoded('\ud800x', 'utf8'),
    'a large text': encoded('\xe9'.repeat(70_000), 'utf8'),
    'a large text of latin1': encoded('\xe9'.repeat(70_000), 'latin1', false),
  });
});
