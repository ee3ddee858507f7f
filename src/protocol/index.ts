export { ReceiveBuffer } from './receive-buffer.js';
export { MessageHeader, type HeaderInit } from './message-header.js';
export { HTTPMessage, type HTTPMessageInit, type HTTPVersion } from './http-message.js';
export { HTTPRequest } from './http-request.js';
export { HTTPResponse } from './http-response.js';
export { CHUNKED, UNTIL_CLOSE } from './framing.js';
export { DEFAULT_BODY_LIMITS, DEFAULT_HEAD_LIMITS, type BodyLimits, type HeadLimits } from './limits.js';
export { readRequestHead, type RequestHead } from './request-head-reader.js';
export { readResponseHead, type ResponseContext, type ResponseHead } from './response-head-reader.js';
export { createBodyReader, type BodyReader } from './body-reader.js';
export { createBodyWriter, type BodyWriter } from './body-writer.js';
export { writeRequestHead, writeResponseHead } from './head-writer.js';
export { recogniseProtocol, type ConnectionProtocol } from './connection-protocol.js';
export {
  badProxyHeader,
  type ProxiedAddress,
  type ProxiedAddresses,
  type ProxyHeader,
} from './proxy-header.js';
export { readProxyHeader } from './proxy-header-reader.js';
