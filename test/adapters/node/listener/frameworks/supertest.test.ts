import { once } from 'node:events';
import http from 'node:http';

import { describe, expect, it } from '@jest/globals';
import express from 'express';
import supertest from 'supertest';

import { onSessions } from '../../../../../src/adapters/node/index.js';
import { expectNothingUncaught } from '../../../../support/http/uncaught.js';
import { expressOn } from '../../../../support/node/express-app.js';
import { Stage } from '../../../../support/node/stage.js';

expectNothingUncaught();

describe('supertest', () => {
  it('supertest starts and stops a server on sessions for each test', async () => {
    const server = onSessions(http.createServer(expressOn(new Stage())));
    const begun = performance.now();
    for (let count = 1; count <= 10; count++) {
      await supertest(server).get('/hello').expect(200, 'hello');
      await supertest(server).post('/json').send({ count }).expect(200, { received: { count } });
    }
    // Not the grace of a drain each time.
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(server.listening).toBe(false);
  });

  it('supertest sends several requests at a time', async () => {
    const server = onSessions(http.createServer(expressOn(new Stage())));
    const request = supertest(server);
    const answers = await Promise.all(Array.from({ length: 20 }, () => request.get('/hello')));
    expect(answers.map(({ status, text }) => [status, text])).toEqual(answers.map(() => [200, 'hello']));
  });

  it('an agent of supertest keeps its cookies, and follows redirects', async () => {
    const app = express();
    app.get('/login', (_request, response) => {
      response.cookie('session', 'mine').redirect('/');
    });
    app.get('/', (request, response) => {
      response.send(request.get('Cookie'));
    });
    const agent = supertest.agent(onSessions(http.createServer(app)));
    await agent.get('/login').redirects(1).expect(200, 'session=mine');
    await agent.get('/').expect('session=mine');
  });

  it('supertest uploads files', async () => {
    const server = onSessions(http.createServer(expressOn(new Stage())));
    const file = Buffer.alloc(100_000);
    const answer = await supertest(server).post('/upload').attach('file', file, 'file.bin').expect(200);
    expect((answer.body as { bytes: number }).bytes).toBeGreaterThan(100_000);
  });

  it('a server that a test has started is left alone', async () => {
    const server = onSessions(http.createServer(expressOn(new Stage())));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await supertest(server).get('/hello').expect(200);
    await supertest(server).head('/hello').expect(200).expect('Content-Length', '5');
    expect(server.listening).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });
});
