/** Stable codes of all errors. A code is never reused for another meaning. */
export const ERROR_CODES = {
  ERR_HTTP_SESSION: 'A session failed, and no other code fits.',
  ERR_HTTP_SESSION_NETWORK: 'The network failed: a connection could not be opened, or was lost.',
  ERR_HTTP_SESSION_CONNECT: 'A connection could not be opened.',
  ERR_HTTP_SESSION_RESET: 'The peer reset the connection.',
  ERR_HTTP_SESSION_TLS: 'The TLS handshake failed.',
  ERR_HTTP_SESSION_TIMEOUT: 'A timer expired; `timer` names it.',
  ERR_HTTP_SESSION_INVALID_STATE: 'The call is not possible in the current state of the session.',
  ERR_HTTP_SESSION_LOCAL_PROTOCOL: 'Your code tried to break HTTP.',
  ERR_HTTP_SESSION_BODY_LENGTH: 'Your code wrote more or fewer body bytes than it declared.',
  ERR_HTTP_SESSION_REMOTE_PROTOCOL: 'The peer broke HTTP.',
  ERR_HTTP_SESSION_BAD_START_LINE: 'The first line of a message is malformed.',
  ERR_HTTP_SESSION_BAD_METHOD: 'The method is malformed.',
  ERR_HTTP_SESSION_BAD_TARGET: 'The request target is malformed or does not fit the method.',
  ERR_HTTP_SESSION_BAD_VERSION: 'The HTTP version is not supported.',
  ERR_HTTP_SESSION_BAD_STATUS: 'The status code is malformed or out of place.',
  ERR_HTTP_SESSION_BAD_FIELD: 'A field line is malformed.',
  ERR_HTTP_SESSION_BAD_LINE_END: 'A line ends in a bare LF, or contains a bare CR.',
  ERR_HTTP_SESSION_BAD_HOST: 'The Host field is missing, doubled or malformed.',
  ERR_HTTP_SESSION_BAD_CONTENT_LENGTH: 'The Content-Length is malformed or contradicts itself.',
  ERR_HTTP_SESSION_BAD_TRANSFER_ENCODING:
    'The Transfer-Encoding is malformed, or comes together with a Content-Length.',
  ERR_HTTP_SESSION_UNKNOWN_CODING: 'The message has a transfer coding other than chunked.',
  ERR_HTTP_SESSION_BAD_CHUNK: 'A chunk of a chunked body is malformed.',
  ERR_HTTP_SESSION_BAD_TRAILER: 'A trailer field is malformed or not allowed.',
  ERR_HTTP_SESSION_START_LINE_TOO_LONG: 'The first line of a message is longer than allowed.',
  ERR_HTTP_SESSION_HEAD_TOO_LARGE: 'The head of a message is larger than allowed.',
  ERR_HTTP_SESSION_BODY_TOO_LARGE: 'The body of a message is larger than allowed.',
  ERR_HTTP_SESSION_BAD_EXPECTATION: 'The expectation cannot be met.',
  ERR_HTTP_SESSION_BAD_PROXY_HEADER:
    'A PROXY protocol header is malformed, missing, doubled, or comes from a peer that is not trusted.',
  ERR_HTTP_SESSION_UNKNOWN_PROTOCOL: 'The peer speaks a protocol that nothing at this port serves.',
  ERR_HTTP_SESSION_UNEXPECTED_DATA: 'The peer sent unsolicited bytes.',
  ERR_HTTP_SESSION_NO_MESSAGE: 'The peer left before a message began.',
  ERR_HTTP_SESSION_INCOMPLETE_MESSAGE: 'The peer left in the middle of a message.',
  ERR_HTTP_SESSION_ABORTED: 'The operation was aborted.',
  ERR_HTTP_SESSION_OUTPUT_LIMIT: 'More output was queued for the peer than is allowed.',
  ERR_HTTP_SESSION_TOO_MANY_CONNECTIONS: 'A connection was refused, because there are as many as allowed.',
  ERR_HTTP_SESSION_WORKER: 'A worker process of a pool did not become ready, or exited unexpectedly.',
} as const;

/** A stable error code. */
export type ErrorCode = keyof typeof ERROR_CODES;
