import type { HTTPError } from '../../errors/index.js';
import type { SessionCore } from '../core/session-core.js';
import type { HTTPServerResponse } from './http-server-response.js';

/** What is answered in place of a response that failed. */
export interface Answer {
  readonly status: number;
  /** The text; the status with its reason by default. */
  readonly text?: string | undefined;
  readonly headers?: HTTPError['headers'];
}

const INTERNAL_ERROR: Answer = { status: 500 };

/**
 * Ends a response that can never be completed: with an answer of its own where no head was sent, otherwise with a reset,
 * which the client cannot take for the end of the body.
 */
export function failResponse(
  core: SessionCore,
  response: HTTPServerResponse,
  answer: Answer = INTERNAL_ERROR,
): void {
  if (response.finished) return;
  if (response.sent) {
    // The client is to see how far the response got.
    core.flush();
    core.notify({ type: 'session.abort' });
    return;
  }
  const { status, text, headers } = answer;
  const { message } = response;
  message.clear();
  message.setStatusAndReason(status);
  message.setContentType(text === undefined ? 'text/plain' : 'text/plain; charset=utf-8');
  for (const [name, value] of Object.entries(headers ?? {})) message.set(name, value);
  response.end(text ?? `${String(status)} ${message.reason}\n`);
}
