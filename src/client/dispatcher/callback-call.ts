import type { Duplex } from 'node:stream';

import { describeValue } from '../../errors/index.js';
import type { HTTPResponse } from '../../protocol/index.js';
import type { HTTPClientResponse } from '../../session/index.js';
import type { CallbackHandler } from './dispatch-handler.js';
import { DispatchedCall } from './dispatched-call.js';
import { rawFields } from './received-fields.js';

/** A request of undici 6 or 7, or of the `fetch` of Node.js 20 to 24: `false` pauses its body. */
export class CallbackCall extends DispatchedCall<CallbackHandler> {
  protected override starts(handler: CallbackHandler): void {
    handler.onConnect?.(this.abort, null);
  }

  protected override responds(handler: CallbackHandler, head: HTTPResponse): void {
    const wanted = handler.onHeaders?.(head.status, rawFields(head), this.#resume, head.reason);
    // An interim response has no body that could be held back.
    if (head.status >= 200) this.isPaused = wanted === false;
  }

  protected override receives(handler: CallbackHandler, piece: Buffer): void {
    this.isPaused = handler.onData?.(piece) === false;
  }

  protected override ends(handler: CallbackHandler, { trailer }: HTTPClientResponse): void {
    handler.onComplete?.(rawFields(trailer));
  }

  protected override switches(handler: CallbackHandler, response: HTTPClientResponse, socket: Duplex): void {
    if (handler.onUpgrade === undefined) throw missing('onUpgrade');
    handler.onUpgrade(response.status, rawFields(response.message), socket);
  }

  protected override fails(handler: CallbackHandler, error: unknown): void {
    handler.onError?.(error);
  }

  readonly #resume = (): void => {
    this.isPaused = false;
    this.handOn();
  };
}

/** The error for a handler that cannot take what was asked for. */
export function missing(name: string): TypeError {
  return new TypeError(
    `dispatch(): the handler must have the method ${name} (got ${describeValue(undefined)})`,
  );
}
