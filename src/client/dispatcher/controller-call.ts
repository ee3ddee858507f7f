import type { Duplex } from 'node:stream';

import type { HTTPResponse } from '../../protocol/index.js';
import type { HTTPClientResponse } from '../../session/index.js';
import { missing } from './callback-call.js';
import type { ControllerHandler, DispatchController, RawFields } from './dispatch-handler.js';
import { DispatchedCall, type CallCounter } from './dispatched-call.js';
import { parsedList, rawFields } from './received-fields.js';

/** A request of undici 8 or of the `fetch` of Node.js 26, which is steered by a controller. */
export class ControllerCall extends DispatchedCall<ControllerHandler> {
  readonly #controller: Controller;

  constructor(handler: ControllerHandler, counter: CallCounter) {
    super(handler, counter);
    this.#controller = new Controller(this);
  }

  protected override starts(handler: ControllerHandler): void {
    handler.onRequestStart(this.#controller, null);
  }

  protected override responds(handler: ControllerHandler, head: HTTPResponse): void {
    const controller = this.#controller;
    controller.rawHeaders = rawFields(head);
    handler.onResponseStart?.(controller, head.status, parsedList(controller.rawHeaders), head.reason);
  }

  protected override receives(handler: ControllerHandler, piece: Buffer): void {
    handler.onResponseData?.(this.#controller, piece);
  }

  protected override ends(handler: ControllerHandler, { trailer }: HTTPClientResponse): void {
    const controller = this.#controller;
    controller.rawTrailers = rawFields(trailer);
    handler.onResponseEnd?.(controller, parsedList(controller.rawTrailers));
  }

  protected override switches(
    handler: ControllerHandler,
    response: HTTPClientResponse,
    socket: Duplex,
  ): void {
    if (handler.onRequestUpgrade === undefined) throw missing('onRequestUpgrade');
    const controller = this.#controller;
    controller.rawHeaders = rawFields(response.message);
    handler.onRequestUpgrade(controller, response.status, parsedList(controller.rawHeaders), socket);
  }

  protected override fails(handler: ControllerHandler, error: unknown): void {
    handler.onResponseError?.(this.#controller, error);
  }

  /** Whether the body is held back. */
  get paused(): boolean {
    return this.isPaused;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.handOn();
  }
}

/** What a handler steers its request with. */
class Controller implements DispatchController {
  readonly #call: ControllerCall;
  rawHeaders: RawFields | null = null;
  rawTrailers: RawFields | null = null;
  aborted = false;
  reason: unknown = null;

  constructor(call: ControllerCall) {
    this.#call = call;
  }

  get paused(): boolean {
    return this.#call.paused;
  }

  pause(): void {
    this.#call.pause();
  }

  resume(): void {
    this.#call.resume();
  }

  abort(reason?: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason ?? null;
    this.#call.abort(reason);
  }
}
