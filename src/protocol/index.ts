/*
 * HTTP/1.1 as values: bytes in, messages out, and back. The folders import downward only:
 *
 *     body -> head -> message -> grammar, limits, receive-buffer
 *     detection -> grammar
 */

export { ReceiveBuffer } from './receive-buffer.js';
export {
  DEFAULT_BODY_LIMITS,
  DEFAULT_HEAD_LIMITS,
  headLimits,
  type BodyLimits,
  type HeadLimits,
} from './limits.js';
export { MessageHeader, type FieldValue, type HeaderInit } from './message/message-header.js';
export { HTTPMessage, HTTPRequest, HTTPResponse, writeRequestHead } from './message/http-messages.js';
export { CHUNKED, UNTIL_CLOSE } from './head/framing.js';
export { CONTINUE_AMONG_OTHERS, readRequestHead, type RequestHead } from './head/request-head.js';
export { readResponseHead, type ResponseHead } from './head/response-head.js';
export { bytesOf, contentOf, isBytes, type BodyContent } from './body/bytes.js';
export { createBodyReader, type BodyReader } from './body/readers.js';
export { createBodyWriter, type BodyWriter } from './body/writer.js';
export { recogniseProtocol } from './detection/connection-protocol.js';
export { peerOf } from './detection/ip-text.js';
export { badProxyHeader, readProxyHeader } from './detection/proxy-header.js';
