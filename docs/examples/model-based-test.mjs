// An Express app under the server model: everything a client can do, in all pairs, on generated paths.
import { once } from 'node:events';
import http from 'node:http';

import express from 'express';
import { serverDriver, serverModel, testModel } from 'http-session-machine/testing';

const app = express();
app.get('/', (_request, response) => response.send('Hello from Express'));
app.post('/echo', express.text({ limit: '1mb' }), (request, response) => response.send(request.body));
const server = http.createServer(app).listen(0, '127.0.0.1');
await once(server, 'listening');

const tests = [];
const { coverage } = testModel({
  model: serverModel,
  driver: serverDriver({ name: 'an Express app', port: server.address().port, echo: '/echo' }),
  paths: 'pairs',
  it: (name, run) => tests.push({ name, run }), // `it` of Jest or Vitest, `test` of node:test
});

for (const { run } of tests) await run();
console.log(coverage.toText());
server.close();
server.closeAllConnections();
