// NestJS on sessions: the server that Nest has made, before it listens.
import 'reflect-metadata';
import { once } from 'node:events';

import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HTTPClientSession } from 'http-session-machine';
import { onSessions } from 'http-session-machine/node';

class HelloController {
  hello() {
    return { from: 'Nest' };
  }

  async slow() {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { finished: 'while closing' };
  }
}

class AppModule {}

// What decorators do in TypeScript.
const method = (name) => Object.getOwnPropertyDescriptor(HelloController.prototype, name);
Get('/')(HelloController.prototype, 'hello', method('hello'));
Get('/slow')(HelloController.prototype, 'slow', method('slow'));
Controller()(HelloController);
Module({ controllers: [HelloController] })(AppModule);

const app = await NestFactory.create(AppModule, { logger: false });
const server = onSessions(app.getHttpServer());
await app.listen(0, '127.0.0.1');

const client = new HTTPClientSession('127.0.0.1', server.address().port);
console.log(await (await client.request()).text());
console.log(server.sessions.state, server.sessions.counts().states);

const asked = once(server, 'request');
const slow = client.request({ path: '/slow' });
await asked;
const closed = app.close();
const response = await slow;
console.log(await response.text(), `(Connection: ${response.get('Connection')})`);
await closed;
