import { LF } from '../grammar.js';
import type { HeadLimits } from '../limits.js';
import { HTTPRequest } from '../message/http-request.js';
import type { ReceiveBuffer } from '../receive-buffer.js';
import type { RequestHead } from './readers.js';
import { REQUEST_HEAD, methodName } from './request-line.js';

/** Longer field blocks are not remembered, so that an idle connection costs little. */
const MAX_REPEATED_BYTES = 2_048;

const ONE = 0x31;

/** Reads a head whose field lines repeat those of the last one to the letter; `undefined` for any other. */
export function readRepeatedHead(buffer: ReceiveBuffer, limits: HeadLimits): RequestHead | undefined {
  const last = buffer.lastHead;
  if (last === undefined || buffer.scan !== undefined || last.limits !== limits) return undefined;
  if (!buffer.holds(last.length)) return undefined;
  const text = buffer.latin1(last.length);
  const lineEnd = text.indexOf('\r');
  // The block was checked without its blank line, and the start line has to be checked again.
  if (lineEnd !== last.length - last.block.length - 4 || !text.endsWith('\r\n')) return undefined;
  if (text.slice(lineEnd + 2, -2) !== last.block || text.charCodeAt(lineEnd + 1) !== LF) return undefined;
  // A CONNECT is never plain.
  if (!REQUEST_HEAD.isPlainStartLine(text, lineEnd) || text.charCodeAt(lineEnd - 1) !== ONE) return undefined;
  const space = text.indexOf(' ');
  const message = new HTTPRequest();
  message.adopt(methodName(text, space), text.slice(space + 1, lineEnd - 9), 'HTTP/1.1', last.block);
  buffer.skip(last.length);
  const { bodyLength, persistent, expectsContinue, offersSwitch } = last;
  return { message, bodyLength, persistent, expectsContinue, offersSwitch };
}

/** Remembers a head. With another version, or for a CONNECT, the same field lines would mean something else. */
export function rememberHead(
  buffer: ReceiveBuffer,
  text: string,
  head: RequestHead,
  limits: HeadLimits,
): void {
  const { message, bodyLength, persistent, expectsContinue, offersSwitch } = head;
  const isTelling = message.version === 'HTTP/1.1' && message.method !== 'CONNECT';
  const start = text.indexOf('\r') + 2;
  if (!isTelling || start > limits.maxStartLineBytes || text.length - start > MAX_REPEATED_BYTES) return;
  buffer.lastHead = {
    limits,
    length: text.length,
    block: text.slice(start, -2),
    bodyLength,
    persistent,
    expectsContinue,
    offersSwitch,
  };
}
