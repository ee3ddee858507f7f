import { describe } from '@jest/globals';

import { get } from '../../../support/http/served.js';
import type { Scenario } from '../../../support/node/listener/both-servers.js';
import { answered, echo, hello, sameAsNode } from '../../../support/node/listener/scenarios.js';

const EXPECTING = 'POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n';

describe('interim responses', () => {
  sameAsNode({
    writeProcessing: answered(get(), (_request, response) => {
      response.writeProcessing();
      response.end();
    }),
    'writeContinue without an expectation': answered(get(), (_request, response, log) => {
      response.writeContinue(() => log.note('written'));
      response.end();
    }),
    writeEarlyHints: answered(get(), (_request, response, log) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload', 'x-trace': '1' }, () => log.note('written'));
      response.writeEarlyHints({ link: ['</a.css>; rel=preload', '</b.css>; rel=preload'] });
      response.end();
    }),
    'writeEarlyHints without a link': answered(get(), (_request, response) => {
      response.writeEarlyHints({ link: [] });
      response.end();
    }),
    'interim responses over time': answered(get(), (_request, response) => {
      response.writeProcessing();
      setImmediate(() => {
        response.writeProcessing();
        setImmediate(() => response.end('end'));
      });
    }),
    'an interim response after the head': answered(get(), (_request, response, log) => {
      response.write('a');
      try {
        response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      } catch (error) {
        log.note((error as NodeJS.ErrnoException).code ?? '');
      }
      response.end();
    }),
    'writeProcessing to HTTP/1.0': answered('GET / HTTP/1.0\r\n\r\n', (_request, response) => {
      response.end();
    }),
  });
});

const expecting = (scenario: Partial<Scenario>): Scenario => ({
  client: async ({ connect, log }) => {
    const client = await connect(EXPECTING);
    await client.saw(/100 Continue\r\n\r\n/);
    client.send('hello');
    await log.saw(/res 1 close/);
    await log.saw(/req 1 close/);
  },
  ...scenario,
});

describe('an expectation', () => {
  sameAsNode({
    '100-continue with a listener that reads': expecting({ listener: echo }),
    '100-continue with checkContinue': expecting({
      prepare: (server) => {
        server.on('checkContinue', (request, response) => {
          response.writeContinue();
          request.resume().on('end', () => response.end());
        });
      },
    }),
    '100-continue in other letters': {
      ...expecting({ listener: echo }),
      client: async ({ connect, log }) => {
        const client = await connect(EXPECTING.replace('100-continue', '100-Continue'));
        await client.saw(/100 Continue\r\n\r\n/);
        client.send('hello');
        await log.saw(/res 1 close/);
      },
    },
    '100-continue that checkContinue refuses': {
      prepare: (server) => {
        server.on('checkContinue', (_request, response) => {
          response.writeHead(417, { Connection: 'close' }).end('no');
        });
      },
      client: async ({ connect, log }) => {
        const client = await connect(EXPECTING);
        await client.ended();
        await log.saw(/res 1 close/);
      },
    },
    'an unknown expectation': {
      listener: hello,
      // A body may follow, or not: nothing can be read behind it.
      differs: (line) =>
        line.replace('keep-alive\r\nKeep-Alive: timeout=5', 'close').replace('<open>', '<fin>'),
      client: async ({ connect }) => {
        await (await connect(get('/', 'Expect: magic\r\n'))).saw(/\r\n\r\n0\r\n\r\n$/);
      },
    },
    'an unknown expectation with checkExpectation': {
      listener: hello,
      prepare: (server) => {
        server.on('checkExpectation', (request, response) => {
          response.end(`expects ${String(request.headers.expect)}`);
        });
      },
      client: async ({ connect, log }) => {
        await (await connect(get('/', 'Expect: magic\r\n'))).saw(/magic$/);
        await log.saw(/res 1 close/);
        await log.saw(/req 1 close/);
      },
    },
  });
});
