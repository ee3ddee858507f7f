import 'reflect-metadata';
import type http from 'node:http';

import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Module,
  Post,
  Req,
  Sse,
  StreamableFile,
  type MessageEvent,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Observable } from 'rxjs';

import { onSessions } from '../../../../../src/adapters/node/index.js';
import { expectNothingUncaught } from '../../../../support/http/uncaught.js';
import { describeLoads, type LoadedApp } from '../../../../support/node/framework-loads.js';
import { echoWebSockets, portOf } from '../../../../support/node/on-loopback.js';
import type { Stage } from '../../../../support/node/stage.js';

/** Makes the controller of an application; the decorators are applied as the functions that they are. */
function controllerOn(stage: Stage): new () => object {
  class LoadController {
    hello(): string {
      return 'hello';
    }

    json(body: unknown): unknown {
      return { received: body };
    }

    upload(request: http.IncomingMessage): Promise<unknown> {
      return stage.received(request);
    }

    download(): StreamableFile {
      return new StreamableFile(stage.endless());
    }

    events(): Observable<MessageEvent> {
      return new Observable((subscriber) => {
        subscriber.next({ data: '1' });
        return () => stage.report('left');
      });
    }

    slow(): Promise<string> {
      return stage.slow();
    }
  }
  const { prototype } = LoadController;
  decorate(prototype, 'hello', Get('hello'));
  decorate(prototype, 'json', Post('json'), HttpCode(200));
  Body()(prototype, 'json', 0);
  decorate(prototype, 'upload', Post('upload'), HttpCode(200));
  Req()(prototype, 'upload', 0);
  decorate(prototype, 'download', Get('download'), Header('Cache-Control', 'no-store'));
  decorate(prototype, 'events', Sse('events'));
  decorate(prototype, 'slow', Get('slow'));
  Controller()(LoadController);
  return LoadController;
}

function decorate(prototype: object, name: string, ...decorators: readonly MethodDecorator[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)!;
  for (const decorator of decorators) decorator(prototype, name, descriptor);
}

class LoadModule {
  readonly name = 'loads';
}
Module({})(LoadModule);

async function started(stage: Stage): Promise<LoadedApp> {
  const module = { module: LoadModule, controllers: [controllerOn(stage)] };
  const app = await NestFactory.create(module, { logger: false });
  const server = onSessions(app.getHttpServer() as http.Server);
  echoWebSockets(server, stage);
  await app.listen(0, '127.0.0.1');
  return { port: portOf(server), sessions: server.sessions, close: () => app.close() };
}

expectNothingUncaught();

describeLoads('Nest', started, { isPatient: true });
