import { checkOptions, describeValue, KnownNames } from './arguments.js';
import { HTTPSessionError } from './session-error.js';

/** Options of an `HTTPError`. */
export interface HTTPErrorOptions {
  /** Header fields of the response, such as `WWW-Authenticate` of a 401; an array makes a field for each value. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** What caused it. The client does not see it. */
  readonly cause?: unknown;
}

const OPTIONS = new KnownNames('option of new HTTPError()', ['headers', 'cause']);

/**
 * What a handler throws to respond with a status of its choice: the message is the body, as plain text.
 *
 * A status from 400 to 499 is the client's mistake, and no fault; one from 500 on is reported as a fault, too. Thrown once
 * the head of another response was sent, it cannot be the response any more: the connection is reset, and it is reported.
 *
 * @example
 * ```ts
 * const server = new HTTPServer(async (request, response) => {
 *   if (request.path !== '/orders') throw new HTTPError(404, 'There are only orders here.');
 *   if (!request.has('Authorization')) {
 *     throw new HTTPError(401, 'Who are you?', { headers: { 'WWW-Authenticate': 'Basic realm="orders"' } });
 *   }
 *   response.end('[]');
 * });
 * ```
 */
export class HTTPError extends HTTPSessionError {
  static override readonly family: string = 'HTTPError';
  /** The status of the response. */
  readonly status: number;
  /** The body of the response; `undefined` for the status with its reason. */
  readonly text: string | undefined;
  /** More fields of the response. */
  readonly headers: HTTPErrorOptions['headers'];

  /**
   * @param text - the body of the response. Default: the status with its reason, such as `404 Not Found`.
   * @throws RangeError unless the status is an integer from 400 to 599; TypeError for a text that is not a string, or
   * an unknown option.
   */
  constructor(status: number, text?: string, options: HTTPErrorOptions = {}) {
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new RangeError(`status: must be an integer from 400 to 599 (got ${describeValue(status)})`);
    }
    if (text !== undefined && typeof text !== 'string') {
      throw new TypeError(`text: must be a string (got ${describeValue(text)})`);
    }
    checkOptions('new HTTPError()', options, OPTIONS);
    super(text ?? `HTTP status ${String(status)}`, {
      code: 'ERR_HTTP_SESSION_STATUS',
      ...('cause' in options ? { cause: options.cause } : {}),
    });
    this.status = status;
    this.text = text;
    this.headers = options.headers;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), status: this.status };
  }
}
