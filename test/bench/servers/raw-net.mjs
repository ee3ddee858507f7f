import { createServer } from 'node:net';

import { BIG_BYTES, HELLO, MEDIUM_BYTES, PIECE_BYTES } from '../workloads.mjs';
import { listening } from './server.mjs';

/*
 * The limit: what plain sockets can do when nothing is parsed. One fixed answer for each request. A chunk as long
 * as one request is taken for one, otherwise its blank lines are counted.
 */

/** @param {number} length */
const head = (length) =>
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n' +
  `Content-Length: ${length}\r\nDate: Sun, 01 Jan 2023 00:00:00 GMT\r\n\r\n`;

const HELLO_ANSWER = head(HELLO.length) + HELLO;
const MEDIUM_ANSWER = Buffer.from(head(MEDIUM_BYTES) + 'm'.repeat(MEDIUM_BYTES), 'latin1');
const PIECE = Buffer.alloc(PIECE_BYTES, 'b');
const BLANK_LINE = Buffer.from('\r\n\r\n', 'latin1');
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n', 'latin1');

/** @typedef {(socket: import('node:net').Socket, requests: number) => void} Answer */

/** @param {import('./server.mjs').Plan} plan */
export function listen({ answer, requestBytes }) {
  if (answer === 'upload') return listening(uploadServer());
  const answerTo = { hello: answerHello, medium: answerMedium, big: answerBig }[answer];
  if (answerTo === undefined) throw new Error(`plain sockets cannot answer ${answer}`);
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      answerTo(socket, chunk.length === requestBytes ? 1 : countBlankLines(chunk));
    });
  });
  return listening(server);
}

/** @param {Buffer} chunk */
function countBlankLines(chunk) {
  let count = 0;
  for (let at = chunk.indexOf(BLANK_LINE); at !== -1; at = chunk.indexOf(BLANK_LINE, at + 4)) count++;
  return count;
}

/** @type {Answer} */
function answerHello(socket, count) {
  if (count > 0) socket.write(count === 1 ? HELLO_ANSWER : HELLO_ANSWER.repeat(count), 'latin1');
}

/** @type {Answer} */
function answerMedium(socket, count) {
  for (let sent = 0; sent < count; sent++) socket.write(MEDIUM_ANSWER);
}

/** @type {Answer} */
function answerBig(socket, count) {
  if (count === 0) return;
  let left = BIG_BYTES;
  const pump = () => {
    while (left > 0) {
      left -= PIECE_BYTES;
      if (!socket.write(PIECE) && left > 0) {
        socket.once('drain', pump);
        return;
      }
    }
  };
  socket.write(head(BIG_BYTES), 'latin1');
  pump();
}

/** Answers each chunked upload at its last chunk, which no piece of a body looks like. */
function uploadServer() {
  return createServer({ noDelay: true }, (socket) => {
    let received = 0;
    let tail = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      received += chunk.length;
      tail = chunk.length >= LAST_CHUNK.length ? chunk : Buffer.concat([tail, chunk]);
      tail = tail.subarray(-LAST_CHUNK.length);
      if (!tail.equals(LAST_CHUNK)) return;
      const isWhole = received > MEDIUM_BYTES;
      received = 0;
      if (isWhole) socket.write(HELLO_ANSWER, 'latin1');
      else socket.destroy();
    });
  });
}
