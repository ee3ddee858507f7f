export { ReceiveBuffer } from './receive-buffer.js';
export { MessageHeader, type HeaderInit } from './message/message-header.js';
export { HTTPMessage, type HTTPMessageInit, type HTTPVersion } from './message/http-message.js';
export { HTTPRequest } from './message/http-request.js';
export { HTTPResponse } from './message/http-response.js';
export { CHUNKED, UNTIL_CLOSE } from './body/framing.js';
export { DEFAULT_BODY_LIMITS, DEFAULT_HEAD_LIMITS, type BodyLimits, type HeadLimits } from './limits.js';
export { readRequestHead, type RequestHead } from './head/request-head-reader.js';
export { readResponseHead, type ResponseContext, type ResponseHead } from './head/response-head-reader.js';
export { createBodyReader, type BodyReader } from './body/body-reader.js';
export { createBodyWriter, type BodyWriter } from './body/body-writer.js';
export { writeRequestHead, writeResponseHead } from './head/head-writer.js';
export { recogniseProtocol, type ConnectionProtocol } from './detection/connection-protocol.js';
export {
  badProxyHeader,
  type ProxiedAddress,
  type ProxiedAddresses,
  type ProxyHeader,
} from './detection/proxy-header.js';
export { readProxyHeader } from './detection/proxy-header-reader.js';
