// WebSockets with `ws`: the handler hands the socket over, and a drain asks it to close.
import { once } from 'node:events';

import { HTTPServer } from 'http-session-machine';
import { asIncomingMessage } from 'http-session-machine/node';
import { WebSocket, WebSocketServer } from 'ws';

const sockets = new WebSocketServer({ noServer: true });

const server = new HTTPServer((request, response) => {
  if (request.get('Upgrade')?.toLowerCase() !== 'websocket') {
    // A normal response declines the offer, and the connection continues with HTTP.
    response.end('WebSockets only');
    return;
  }
  const { socket, head, signal } = response.upgrade();
  sockets.handleUpgrade(asIncomingMessage(request), socket, head, (accepted) => {
    accepted.on('message', (message) => accepted.send(`You said: ${message}`));
    // 1001: going away. The drain destroys the socket at its deadline.
    signal.addEventListener('abort', () => accepted.close(1001, 'server is draining'));
  });
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

const client = new WebSocket(`ws://127.0.0.1:${port}/chat`);
await once(client, 'open');
client.send('hello');
const [answer] = await once(client, 'message');
console.log(String(answer));
console.log(server.counts().states);

const closed = once(client, 'close');
const { finished, aborted, sessions } = await server.drain();
const [code, reason] = await closed;
console.log(code, String(reason));
console.log({ finished, aborted }, sessions[0].was, sessions[0].outcome);
