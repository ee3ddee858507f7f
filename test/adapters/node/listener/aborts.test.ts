import { describe, expect, it } from '@jest/globals';

import type { HTTPSessionError } from '../../../../src/errors/index.js';
import { get, post } from '../../../support/http/served.js';
import { outcomeOf, type Scenario, type Trial } from '../../../support/node/listener/both-servers.js';
import type { Far } from '../../../support/node/listener/far.js';
import { sameAsNode } from '../../../support/node/listener/scenarios.js';

const UPLOAD = post('12345').replace('Length: 5', 'Length: 50');

type Listener = NonNullable<Scenario['listener']>;

/** Begins, then does something once a line of the log says so, and waits for both messages to close. */
const during = (
  request: string,
  listener: Listener,
  act: (client: Far, trial: Trial) => unknown,
  begun = /^begun/,
): Scenario => ({
  // A FIN of the client is taken for its end, as by node:http.
  params: { halfClosed: 'gone' },
  listener,
  client: async (trial) => {
    const client = await trial.connect(request);
    await trial.log.saw(begun);
    await act(client, trial);
    await trial.log.saw(/^req 1 close/);
    await trial.log.saw(/^res 1 close/);
  },
});

const waits: Listener = (_request, _response, log) => {
  log.note('begun');
};

const hears: Listener = (request, response, log) => {
  request.on('error', (error) => {
    log.note(`req error ${error.message}`);
  });
  response.on('error', (error) => {
    log.note(`res error ${error.message}`);
  });
  log.note('begun');
};

const reads: Listener = (request, _response, log) => {
  let bytes = 0;
  request.on('data', (piece: Buffer) => {
    bytes += piece.length;
    if (bytes === 5) log.note('begun');
  });
};

const iterates: Listener = async (request, _response, log) => {
  try {
    for await (const piece of request) log.note(`begun ${String((piece as Buffer).length)}`);
  } catch (error) {
    log.note(`threw ${(error as NodeJS.ErrnoException).code ?? ''} ${(error as Error).message}`);
  }
};

const downloads: Listener = (_request, response, log) => {
  response.write('piece');
  response.on('error', () => {
    log.note('unexpected');
  });
  log.note('begun');
};

const reset = (client: Far): unknown => client.reset();
const leave = (client: Far): unknown => client.socket.destroy();

describe('a client that leaves', () => {
  sameAsNode({
    'before the answer, with a reset': during(get(), waits, reset),
    'before the answer, with a FIN': during(get(), waits, leave),
    'before the answer, heard': during(get(), hears, reset),
    'before the answer to a POST that is not read': {
      ...during(post('12345'), hears, reset),
      // A body is parsed as it is read, and complete no sooner.
      differs: (line) => line.replace('[complete aborted', '[aborted'),
    },
    'in an upload that is not read': during(UPLOAD, hears, reset),
    'in an upload that is read': during(UPLOAD, reads, reset),
    'in an upload that is read, with a FIN': during(UPLOAD, reads, leave),
    'in an upload that is iterated': during(UPLOAD, iterates, reset),
    'in a download': during(get(), downloads, reset),
    'in a download, with a FIN': during(get(), downloads, leave),
    'while the handler writes to it': during(
      get(),
      (_request, response, log) => {
        response.write('piece');
        log.note('begun');
        const timer = setInterval(() => response.write('more'), 5);
        response.on('close', () => {
          clearInterval(timer);
          log.note(`${String(response.write('late'))} ${String(response.writable)}`);
          response.end('end');
          log.note(`${String(response.writableEnded)} ${String(response.writableFinished)}`);
        });
      },
      leave,
    ),
    'before a handler that answers late': during(
      get(),
      (_request, response, log) => {
        log.note('begun');
        response.on('close', () => {
          response.setHeader('a', 'b');
          response.end('late', () => {
            log.note('unexpected');
          });
          log.note(String(response.headersSent));
        });
      },
      reset,
    ),
    'while a large piece waits for it': during(
      get(),
      (_request, response, log) => {
        response.write('x'.repeat(8_388_608), (error) => {
          log.note(`called ${typeof error}`);
        });
        log.note('begun');
      },
      async (client) => {
        client.socket.pause();
        await new Promise(setImmediate);
        client.reset();
      },
    ),
  });
});

describe('the error of a request that is lost on sessions', () => {
  it.each([
    ['a GET that is not answered', get(), hears],
    ['an upload that is read', UPLOAD, reads],
    ['an upload that is not read', UPLOAD, hears],
  ])('of %s has the error of its session as its cause', async (_name, request, listener) => {
    const causes: unknown[] = [];
    await outcomeOf(
      during(
        request,
        (incoming, outgoing, log) => {
          incoming.on('error', (error) => causes.push(error.cause));
          return listener(incoming, outgoing, log);
        },
        reset,
      ),
      true,
    );
    expect(causes).toEqual([expect.objectContaining({ code: 'ERR_HTTP_SESSION_RESET' })]);
    const [{ testimony }] = causes as [HTTPSessionError];
    expect(testimony).toMatchObject({ endedBy: 'rst', request: { number: 1, target: '/' } });
  });
});

describe('a handler that destroys', () => {
  sameAsNode({
    'its request': during(
      get(),
      (request, _response, log) => {
        log.note('begun');
        request.destroy();
      },
      async (client) => await client.ended(),
    ),
    'its request with an error': during(
      UPLOAD,
      (request, _response, log) => {
        request.on('error', (error) => {
          log.note(error.message);
        });
        log.note('begun');
        request.destroy(new Error('own'));
      },
      async (client) => await client.ended(),
    ),
    'its request as it is read': during(
      UPLOAD,
      (request, _response, log) => {
        request.on('error', (error) => {
          log.note(error.message);
        });
        request.once('data', () => {
          log.note('begun');
          request.destroy(new Error('own'));
        });
      },
      async (client) => await client.ended(),
    ),
    'its response': during(
      get(),
      (_request, response, log) => {
        log.note('begun');
        response.destroy();
      },
      async (client) => await client.ended(),
    ),
    'its response with an error': during(
      get(),
      (_request, response, log) => {
        response.on('error', (error) => {
          log.note(error.message);
        });
        log.note('begun');
        response.destroy(new Error('own'));
        log.note(String(response.errored?.message));
      },
      async (client) => await client.ended(),
    ),
    'its response in the middle': during(
      get(),
      (_request, response, log) => {
        response.write('piece');
        setImmediate(() => {
          log.note('begun');
          response.destroy();
        });
      },
      async (client) => await client.ended(),
    ),
    'the socket': during(
      get(),
      (request, _response, log) => {
        log.note('begun');
        request.socket.destroy();
      },
      async (client) => await client.ended(),
    ),
    'the socket with an error': during(
      get(),
      (request, _response, log) => {
        log.note('begun');
        request.socket.destroy(new Error('own'));
      },
      async (client) => await client.ended(),
    ),
    'the socket in the middle of a response': during(
      get(),
      (request, response, log) => {
        response.writeHead(200, { 'Content-Length': 50 }).write('piece');
        setImmediate(() => {
          log.note('begun');
          request.socket.destroy();
        });
      },
      async (client) => await client.ended(),
    ),
    'the socket after the response': during(
      get(),
      (request, response, log) => {
        response.end('hello', () => request.socket.destroy());
        log.note('begun');
      },
      async (client) => await client.ended(),
    ),
    'the response after its end': during(
      get(),
      (_request, response, log) => {
        response.end('hello');
        response.destroy();
        log.note('begun');
      },
      async (client) => await client.ended(),
    ),
  });
});
