/*
 * A program of a user, compiled against the installed package with `skipLibCheck: false` and
 * `exactOptionalPropertyTypes`: it imports every entry point, and what one exports fits what another takes.
 */
import * as main from 'http-session-machine';
import * as cluster from 'http-session-machine/cluster';
import * as demultiplexer from 'http-session-machine/demultiplexer';
import * as fetching from 'http-session-machine/fetch';
import * as inspect from 'http-session-machine/inspect';
import * as machines from 'http-session-machine/machines';
import * as node from 'http-session-machine/node';
import * as opentelemetry from 'http-session-machine/opentelemetry';
import * as streams from 'http-session-machine/streams';
import * as testing from 'http-session-machine/testing';
import { createServer } from 'node:http';
import { createActor } from 'xstate';

const telemetry = new opentelemetry.ServerTelemetry();
const handler = fetching.toRequestHandler((request) => new Response(request.url));
const server = new main.HTTPServer(handler, { clock: new testing.VirtualClock() });
telemetry.observe(server);
const port = new demultiplexer.PortDemultiplexer({ http: server });
const pair = testing.createMemoryPair();
const client = new main.HTTPClientSession('localhost', 80, { keepAlive: true });
client.attachSocket(pair.client);
server.serve(pair.server);
createServer(node.toRequestListener(handler));

export const state = client.state;
export const body = new streams.HTTPFixedLengthInputStream(client, 10);
export const snapshot = createActor(machines.sessionMachine).getSnapshot();
export const joined: Promise<unknown> = cluster.joinWorkerPool(server);
export const seen = inspect.inspectSessions({ of: [server, client] });
export const ended: Promise<unknown> = Promise.all([server.stop(), port.close()]);
