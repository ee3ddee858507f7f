// Takes the sockets that its parent passes: reads each to its end, and answers with what came.
import { createHash } from 'node:crypto';
import { HTTPServerSession } from 'http-session-machine';
import { receiveSocket } from 'http-session-machine/node';

process.on('message', (message, handle) => {
  const received = receiveSocket(message, handle);
  if (received === null) process.send({ isOther: true });
  else void answer(received, message.from ?? '');
});
process.on('disconnect', () => process.exit());

async function answer({ socket, head }, from) {
  const session = new HTTPServerSession();
  session.attachSocket(socket, head);
  const hash = createHash('sha256');
  let length = 0;
  for (let piece = await session.read(65_536); piece.length > 0; piece = await session.read(65_536)) {
    hash.update(piece);
    length += piece.length;
  }
  await session.write(`${from}${String(length)} ${hash.digest('hex')}`);
  session.close();
}
