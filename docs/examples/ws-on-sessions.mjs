// WebSockets with `ws` beside an application on node:http, all on sessions: a drain says goodbye to the WebSockets.
import { once } from 'node:events';
import http from 'node:http';

import { HTTPClientSession } from 'http-session-machine';
import { onSessions } from 'http-session-machine/node';
import { WebSocket, WebSocketServer } from 'ws';

const server = onSessions(http.createServer((_request, response) => response.end('Hello over HTTP')));
const sockets = new WebSocketServer({ server, path: '/chat' });

// 1001: going away.
const { drainSignal } = server.sessions;
const leave = (socket) => socket.close(1001, 'server is draining');
drainSignal.addEventListener('abort', () => sockets.clients.forEach(leave));
sockets.on('connection', (socket) => {
  socket.on('message', (message) => socket.send(`You said: ${message}`));
  if (drainSignal.aborted) leave(socket);
});

server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();

const page = new HTTPClientSession('127.0.0.1', port);
console.log(await (await page.request()).text());

const client = new WebSocket(`ws://127.0.0.1:${port}/chat`);
await once(client, 'open');
client.send('hello');
const [answer] = await once(client, 'message');
console.log(String(answer));
console.log(server.sessions.counts().states);

page.close();
const closed = once(client, 'close');
const { finished, aborted } = await server.drain();
const [code, reason] = await closed;
console.log(code, String(reason));
console.log({ finished, aborted });
