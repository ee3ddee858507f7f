import { describe } from '@jest/globals';

import { get } from '../../../support/http/served.js';
import type { Scenario } from '../../../support/node/listener/both-servers.js';
import { named } from '../../../support/node/listener/event-log.js';
import { answered, sameAsNode } from '../../../support/node/listener/scenarios.js';

const LARGE = 'x'.repeat(8_388_608);

describe('callbacks of a response', () => {
  sameAsNode({
    'of write and end': answered(get(), (_request, response, log) => {
      response.write('a', () => {
        log.note('written a');
      });
      response.write('b', 'latin1', () => {
        log.note('written b');
      });
      response.end('c', () => {
        log.note('ended');
      });
      log.note('returned');
    }),
    'of write over time': answered(get(), (_request, response, log) => {
      response.write('a', () => {
        log.note('written a');
        response.write('b', () => {
          log.note('written b');
          response.end(() => {
            log.note('ended');
          });
        });
      });
    }),
    'of a write without a body': answered(
      'HEAD / HTTP/1.1\r\nHost: test\r\n\r\n',
      (_request, response, log) => {
        response.write('a', () => {
          log.note('written');
        });
        response.end('b', () => {
          log.note('ended');
        });
      },
    ),
    'of an empty write': answered(get(), (_request, response, log) => {
      response.write('', () => {
        log.note('written');
      });
      response.end();
    }),
    'of a write after the end': answered(get(), (_request, response, log) => {
      response.on('error', (error) => {
        log.note(`heard ${named(error)}`);
      });
      response.end('a');
      log.note(
        String(
          response.write('b', (error) => {
            log.note(`called ${named(error)}`);
          }),
        ),
      );
    }),
    'of a second end': answered(get(), (_request, response, log) => {
      response.end('a', () => {
        log.note('ended');
      });
      response.end(() => {
        log.note('ended again');
      });
    }),
    'of a second end with a body': answered(get(), (_request, response, log) => {
      response.on('error', (error) => {
        log.note(`heard ${named(error)}`);
      });
      response.end('a');
      response.end('b', (error?: Error) => {
        log.note(`called ${error === undefined ? '' : named(error)}`);
      });
    }),
    'of an end after the response has left': answered(get(), (_request, response, log) => {
      response.on('close', () => {
        response.end((error?: Error) => {
          log.note(`called ${error === undefined ? '' : named(error)}`);
        });
      });
      response.end('a');
    }),
    'of a write after destroy': answered(get(), (_request, response, log) => {
      response.destroy();
      response.write('a', (error) => {
        log.note(`called ${named(error)}`);
      });
      response.end('b');
    }),
  });
});

describe('what cannot be written', () => {
  const refused = (write: (response: Parameters<NonNullable<Scenario['listener']>>[1]) => void): Scenario =>
    answered(get(), (_request, response, log) => {
      try {
        write(response);
      } catch (error) {
        log.note(named(error));
      }
      response.end('end');
    });
  sameAsNode({
    null: refused((response) => {
      response.write(null);
    }),
    'a number': refused((response) => {
      response.write(42);
    }),
    'an object': refused((response) => {
      response.write({});
    }),
    'a trailer without chunks': refused((response) => {
      response.writeHead(200, { 'Content-Length': 3, Trailer: 'X' });
    }),
  });
});

/** A client that reads only once the server has nothing more to do. */
const slowly = (
  listener: NonNullable<Scenario['listener']>,
  begun: RegExp,
  over = /res 1 close/,
): Scenario => ({
  listener,
  client: async ({ connect, log }) => {
    const client = await connect();
    client.socket.pause();
    client.send(get());
    await log.saw(begun);
    client.socket.resume();
    await log.saw(over);
  },
});

describe('back-pressure of a response', () => {
  sameAsNode({
    'write returns false, and drain comes': slowly((_request, response, log) => {
      log.note(`${String(response.write(LARGE))} ${String(response.writableNeedDrain)}`);
      response.once('drain', () => {
        log.note(`drained ${String(response.writableNeedDrain)} ${String(response.writableLength)}`);
        response.end('end');
      });
      log.note('begun');
    }, /begun/),
    'a callback of a large write comes once it has left': slowly((_request, response, log) => {
      response.write(LARGE, () => {
        log.note('written');
      });
      response.end('end', () => {
        log.note('ended');
      });
      log.note('begun');
    }, /begun/),
    'a large body at once': slowly((_request, response, log) => {
      response.end(LARGE);
      log.note(`begun ${String(response.writableFinished)} ${String(response.writableEnded)}`);
    }, /begun/),
    'text of the same size': slowly((_request, response, log) => {
      response.writeHead(200, { 'Content-Length': LARGE.length });
      log.note(`begun ${String(response.write(LARGE, 'latin1'))}`);
      response.once('drain', () => response.end());
    }, /begun/),
  });
});

describe('cork', () => {
  sameAsNode({
    'holds writes until uncork': answered(get(), (_request, response, log) => {
      response.cork();
      response.write('a');
      response.write('b');
      log.note(String(response.writableCorked));
      setImmediate(() => {
        response.uncork();
        log.note(String(response.writableCorked));
        response.end('c');
      });
    }),
    'is ended by end': answered(
      get() + get(),
      (_request, response, log) => {
        response.cork();
        response.cork();
        response.write('a');
        response.end('b');
        log.note(String(response.writableCorked));
      },
      2,
    ),
  });
});
