import { RemoteProtocolError } from '../../errors/index.js';
import { FIELD_START, scanSection, type SectionGrammar } from '../head/head-scanner.js';
import type { BodyLimits } from '../limits.js';
import { MessageHeader } from '../message/message-header.js';
import type { ReceiveBuffer } from '../receive-buffer.js';
import { REQUEST_HEAD } from '../head/request-line.js';

/** A trailer section is a head that begins after its start line. */
const TRAILER_SECTION: SectionGrammar = {
  ...REQUEST_HEAD,
  start: FIELD_START,
  badField: 'ERR_HTTP_SESSION_BAD_TRAILER',
  tooLarge: 'ERR_HTTP_SESSION_BAD_TRAILER',
};

/**
 * Fields that say where messages end, where they go, or what becomes of the connection: too late in a trailer
 * section, where one reader would heed them and another not (RFC 9110 section 6.5.1).
 */
const FORBIDDEN = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'max-forwards',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** May this field not stand in a trailer section? */
export function isForbiddenTrailer(name: string): boolean {
  return FORBIDDEN.has(name.toLowerCase());
}

/**
 * Reads a trailer section with its blank line; `undefined` if it is not complete.
 *
 * @throws RemoteProtocolError
 */
export function readTrailerSection(buffer: ReceiveBuffer, limits: BodyLimits): MessageHeader | undefined {
  const length = scanSection(buffer, TRAILER_SECTION, {
    maxStartLineBytes: 0,
    maxHeadBytes: limits.maxTrailerBytes,
    maxFieldCount: limits.maxTrailerCount,
  });
  if (length === -1) return undefined;
  const trailer = new MessageHeader();
  trailer.adoptBlock(buffer.latin1(length).slice(0, -2));
  for (const [name] of trailer) {
    if (isForbiddenTrailer(name)) {
      throw new RemoteProtocolError('this field must not be a trailer', 'ERR_HTTP_SESSION_BAD_TRAILER');
    }
  }
  buffer.skip(length);
  return trailer;
}
