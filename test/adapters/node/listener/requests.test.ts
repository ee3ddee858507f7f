import { describe, expect, it } from '@jest/globals';

import { get, post, postChunked } from '../../../support/http/served.js';
import { outcomeOf, type Scenario } from '../../../support/node/listener/both-servers.js';
import { answered, echo, hello, sameAsNode, untilEnd } from '../../../support/node/listener/scenarios.js';

const HEAD = 'HEAD / HTTP/1.1\r\nHost: test\r\n\r\n';

describe('a request', () => {
  sameAsNode({
    'a GET whose handler does not look at it': answered(get()),
    'a POST whose body is not read': answered(post('12345')),
    'a chunked POST whose body is not read': answered(postChunked(['123', '45'])),
    'a POST that is echoed': answered(post('hello'), echo),
    'a chunked POST that is echoed': answered(postChunked(['hel', 'lo']), echo),
    'a POST that is resumed': answered(post('12345'), (request, response) => {
      request.resume().on('end', () => response.end('hello'));
    }),
    'a POST that is piped back': answered(post('hello'), (request, response) => {
      request.pipe(response);
    }),
    'a POST that is read by readable events': answered(post('12345'), (request, response) => {
      request.on('readable', () => {
        if (request.read() === null) response.end('hello');
      });
    }),
    'a POST that is resumed after the response': answered(post('12345'), (request, response) => {
      response.end('hello');
      request.resume();
    }),
    'a POST of JSON': answered(
      post('{"a":[1,2]}', 'Content-Type: application/json\r\n'),
      (request, response) => {
        let text = '';
        request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        request.on('end', () => response.end(JSON.stringify(JSON.parse(text))));
      },
    ),
    'a POST with an empty body': answered(post(''), echo),
    'a chunked POST with an empty body': answered(postChunked([]), echo),
    'a POST that is read with a delay': answered(post('12345'), (request, response) => {
      setImmediate(() => request.on('end', () => response.end()).resume());
    }),
    'a GET that is iterated': answered(get(), echo),
    'a GET that is resumed in its end': answered(get(), (request, response) => {
      request.on('end', () => response.end('ended')).resume();
    }),
  });
});

describe('a request that is longer than sessions discard', () => {
  const LARGE = post('x'.repeat(400_000));

  it.each([
    ['of known length', LARGE, 'close'],
    ['in chunks, whose length shows too late', postChunked(['x'.repeat(400_000)]), 'keep-alive'],
  ])('%s ends the connection after an answer that does not read it', async (_name, data, connection) => {
    const { wire } = await outcomeOf({ listener: hello, client: untilEnd(data) }, true);
    expect(wire[0]).toMatch(new RegExp(`Connection: ${connection}\r\n.*hello<fin>$`, 's'));
  });

  it('is read to its end by a handler that reads it after the answer', async () => {
    let bytes = 0;
    await outcomeOf(
      answered(LARGE, (request, response) => {
        response.end('hello');
        request.on('data', (piece: Buffer) => (bytes += piece.length));
      }),
      true,
    );
    expect(bytes).toBe(400_000);
  });
});

const states = (request: object, response: object): string =>
  JSON.stringify([request, response], (key, value: unknown) => {
    const keys = [
      'complete',
      'aborted',
      'httpVersion',
      'method',
      'url',
      'statusCode',
      'statusMessage',
      'upgrade',
    ];
    return key === '' || /^\d$/.test(key) || keys.includes(key) ? value : undefined;
  });

describe('what a listener sees', () => {
  sameAsNode({
    'members at the start': answered(get('/a?b=c'), (request, response, log) => {
      log.note(states(request, response));
      log.note(String(request.socket === response.socket));
      log.note(
        JSON.stringify([request.httpVersionMajor, request.httpVersionMinor, response.shouldKeepAlive]),
      );
      log.note(
        JSON.stringify([request.readableLength, response.writableLength, response.writableHighWaterMark]),
      );
      log.note(
        JSON.stringify([response.sendDate, response.useChunkedEncodingByDefault, response.req === request]),
      );
      log.note(JSON.stringify(Object.keys(request.socket).includes('_httpMessage')));
      response.end();
    }),
    'the socket of both, in the end': answered(get(), (request, response, log) => {
      const socket = request.socket;
      response.on('finish', () => {
        log.note(`${String(response.socket === null)} ${String(request.socket === socket)}`);
      });
      response.on('close', () => {
        log.note(`${String(response.socket === null)} ${String(request.socket === socket)}`);
      });
      response.end();
    }),
    'an absolute target and an asterisk': answered(
      'GET http://test/a HTTP/1.1\r\nHost: test\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n',
      (request, response) => {
        response.end(request.url);
      },
      2,
    ),
  });
});

const status = (code: number, write?: string): Scenario['listener'] => {
  return (_request, response) => {
    response.statusCode = code;
    if (write !== undefined) response.write(write);
    response.end();
  };
};

describe('a response', () => {
  sameAsNode({
    'to HEAD, with a request behind it': answered(HEAD + get(), hello, 2),
    'to HEAD, written in pieces': answered(HEAD, status(200, 'body')),
    'to HEAD, with a length': answered(
      HEAD + get('/'),
      (_request, response) => {
        response.setHeader('Content-Length', 5).end('hello');
      },
      2,
    ),
    '204 with a body': answered(get() + get(), status(204, 'body'), 2),
    '304 with a body': answered(get() + get(), status(304, 'body'), 2),
    '204 with Transfer-Encoding': answered(get(), (_request, response) => {
      response.writeHead(204, { 'Transfer-Encoding': 'chunked' }).end('body');
    }),
    'with a reason': answered(get(), (_request, response) => {
      response.statusMessage = 'Very Fine';
      response.end();
    }),
    'with a longer body than its Content-Length': answered(get(), (_request, response) => {
      response.setHeader('Content-Length', 3).end('hello');
    }),
    'with a shorter body than its Content-Length': answered(get(), (_request, response) => {
      response.setHeader('Content-Length', 10).end('hello');
    }),
    'with strictContentLength': answered(get(), (_request, response, log) => {
      response.strictContentLength = true;
      response.writeHead(200, { 'Content-Length': 3 });
      try {
        response.write('hello');
      } catch (error) {
        log.note((error as NodeJS.ErrnoException).code ?? '');
      }
      response.end('abc');
    }),
    'with strictContentLength, too short': answered(get(), (_request, response, log) => {
      response.strictContentLength = true;
      response.setHeader('Content-Length', 3);
      response.write('a');
      try {
        response.end();
      } catch (error) {
        log.note((error as NodeJS.ErrnoException).code ?? '');
      }
      response.end('bc');
    }),
    'where rejectNonStandardBodyWrites refuses a body': {
      ...answered(get(), (_request, response, log) => {
        response.statusCode = 204;
        try {
          response.write('hello');
        } catch (error) {
          log.note((error as NodeJS.ErrnoException).code ?? '');
        }
        response.end();
      }),
      options: { rejectNonStandardBodyWrites: true },
    },
    'in chunks': answered(
      get() + get(),
      (_request, response) => {
        response.write('one');
        response.write(Buffer.from('two'));
        response.write(new Uint8Array([0x33, 0x33]));
        response.write('');
        response.end('end');
      },
      2,
    ),
    'in chunks over time': answered(get(), (_request, response) => {
      response.write('one');
      setImmediate(() => {
        response.write('two');
        setImmediate(() => response.end());
      });
    }),
    'with a length, in pieces': answered(get(), (_request, response) => {
      response.writeHead(200, { 'Content-Length': 6 });
      response.write('one');
      setImmediate(() => response.end('two'));
    }),
    'without chunks': answered(
      'GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n',
      (_request, response) => {
        response.removeHeader('Transfer-Encoding');
        response.write('until close');
        response.end();
      },
    ),
  });
});
