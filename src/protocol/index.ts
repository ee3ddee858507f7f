export { ReceiveBuffer } from './receive-buffer.js';
export { MessageHeader, type HeaderInit } from './message/message-header.js';
export { HTTPMessage, type HTTPMessageInit, type HTTPVersion } from './message/http-message.js';
export { HTTPRequest } from './message/http-request.js';
export { HTTPResponse } from './message/http-response.js';
export { CHUNKED, UNTIL_CLOSE } from './head/framing.js';
export { DEFAULT_BODY_LIMITS, DEFAULT_HEAD_LIMITS, type BodyLimits, type HeadLimits } from './limits.js';
export {
  readRequestHead,
  type RequestHead,
  readResponseHead,
  type ResponseContext,
  type ResponseHead,
} from './head/readers.js';
export { createBodyReader, type BodyReader } from './body/readers.js';
export { createBodyWriter, type BodyWriter } from './body/writer.js';
export { writeRequestHead, writeResponseHead } from './head/writer.js';
export { recogniseProtocol, type ConnectionProtocol } from './detection/connection-protocol.js';
export {
  badProxyHeader,
  type ProxiedAddress,
  type ProxiedAddresses,
  type ProxyHeader,
  readProxyHeader,
} from './detection/proxy-header.js';
