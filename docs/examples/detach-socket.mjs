// Hand-over: after an Upgrade both ends give up their socket, with every byte that was read too far.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { HTTPClientSession, HTTPServerSession } from 'http-session-machine';

const listener = createServer({ allowHalfOpen: true, noDelay: true }, async (connection) => {
  const session = new HTTPServerSession(connection);
  const exchange = await session.nextRequest();
  if (exchange?.request.get('Upgrade') !== 'shout') {
    exchange?.response.end('Ask for an upgrade.');
    return;
  }
  await session.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n');
  // One step: the session leaves no listener, timer or byte behind. Until you listen for `error`, a reset does not end
  // the process.
  const { socket, head } = session.detachSocket();
  console.log('server:', session.state);
  const shout = (bytes) => socket.write(bytes.toString('utf8').toUpperCase());
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  if (head.length > 0) shout(head);
  socket.on('data', shout);
});
await once(listener.listen(0, '127.0.0.1'), 'listening');

const session = new HTTPClientSession('127.0.0.1', listener.address().port);
const response = await session.request({ headers: { Connection: 'Upgrade', Upgrade: 'shout' } });
console.log('client:', response.status, session.exchangeState);
const { socket, head } = session.detachSocket();
console.log('client:', session.state, session.socket());

socket.write('hello out there');
// `once` rejects when the socket fails first.
const [first] = await once(socket, 'data');
console.log('client:', Buffer.concat([head, first]).toString());

socket.end();
await new Promise((resolve) => listener.close(resolve));
