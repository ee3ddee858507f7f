import { RemoteProtocolError } from '../../errors/index.js';

/** The error for content beyond `maxBodyBytes`. */
export function bodyTooLarge(): RemoteProtocolError {
  return new RemoteProtocolError('the body is too large', 'ERR_HTTP_SESSION_BODY_TOO_LARGE', 413);
}
