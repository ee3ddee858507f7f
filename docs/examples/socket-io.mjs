// Socket.IO on sessions: long polling, then a WebSocket, and a drain that disconnects the clients first.
import { once } from 'node:events';
import http from 'node:http';

import { onSessions } from 'http-session-machine/node';
import { Server } from 'socket.io';
import { io as connect } from 'socket.io-client';

const server = onSessions(http.createServer());
const io = new Server(server);
io.on('connection', (socket) => {
  socket.on('greet', (name, answer) => answer(`Hello, ${name}`));
});
// A drain waits for sockets that were handed over, so these have to leave.
server.sessions.drainSignal.addEventListener('abort', () => io.disconnectSockets(true));

server.listen(0, '127.0.0.1');
await once(server, 'listening');

const client = connect(`http://127.0.0.1:${server.address().port}`, { reconnection: false });
const upgraded = new Promise((resolve) => {
  client.io.engine.once('upgrade', ({ name }) => resolve(name));
});
console.log(await client.emitWithAck('greet', 'polling'));
console.log('upgraded to', await upgraded);
console.log(await client.emitWithAck('greet', 'WebSocket'));
console.log('WebSockets:', server.sessions.counts().states.detached);

const left = new Promise((resolve) => client.once('disconnect', resolve));
const { aborted } = await server.drain();
console.log(await left);
console.log({ aborted });
await io.close();
