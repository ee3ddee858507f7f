import { bodyTooLarge } from './body-limit.js';
import type { BodyReader } from './body.js';
import { ChunkedBodyReader } from './chunked-body-reader.js';
import { FixedBodyReader } from './fixed-body-reader.js';
import { CHUNKED, UNTIL_CLOSE } from './framing.js';
import type { BodyLimits } from '../limits.js';
import { UntilCloseBodyReader } from './until-close-body-reader.js';

export type { BodyReader } from './body.js';

const NO_BODY: BodyReader = Object.freeze({
  read: () => undefined,
  readInto: () => 0,
  complete: true,
  remaining: 0,
  trailer: undefined,
  ended: () => undefined,
});

/**
 * The reader for a body of this length, `CHUNKED` or `UNTIL_CLOSE`. That for no body is one for all.
 *
 * @throws RemoteProtocolError if the length is more than `maxBodyBytes` allows.
 */
export function createBodyReader(bodyLength: number, limits: BodyLimits): BodyReader {
  if (bodyLength === 0) return NO_BODY;
  if (bodyLength === CHUNKED) return new ChunkedBodyReader(limits);
  if (bodyLength === UNTIL_CLOSE) return new UntilCloseBodyReader(limits);
  if (bodyLength > (limits.maxBodyBytes ?? Infinity)) throw bodyTooLarge();
  return new FixedBodyReader(bodyLength);
}
