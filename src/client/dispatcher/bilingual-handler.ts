import type { Duplex } from 'node:stream';

import {
  takesController,
  type CallbackHandler,
  type ControllerHandler,
  type DispatchController,
  type DispatchHandler,
  type ParsedFields,
  type RawFields,
} from './dispatch-handler.js';
import { flatFields, parsedList } from './received-fields.js';

/** What interceptors of any version of undici may call: both dialects. */
export interface BilingualHandler extends Required<ControllerHandler>, Required<CallbackHandler> {}

/** A handler that understands both dialects; it is called in one of them. */
export function bilingual(handler: DispatchHandler): DispatchHandler {
  if (takesController(handler)) {
    return typeof (handler as CallbackHandler).onConnect === 'function'
      ? handler
      : new ControllerInterpreter(handler);
  }
  return new CallbackInterpreter(handler);
}

/** What the two interpreters have in common. */
abstract class Interpreter<THandler extends DispatchHandler> {
  protected readonly handler: THandler;
  readonly onBodySent: ((piece: unknown) => unknown) | undefined;
  readonly onRequestSent: (() => unknown) | undefined;

  constructor(handler: THandler) {
    this.handler = handler;
    // One that has no such method wants no reports.
    this.onBodySent = handler.onBodySent?.bind(handler);
    this.onRequestSent = handler.onRequestSent?.bind(handler);
  }

  onResponseStarted(): unknown {
    return this.handler.onResponseStarted?.();
  }
}

/** Hands what interceptors call to a handler of undici 6 or 7. */
class CallbackInterpreter
  extends Interpreter<CallbackHandler>
  implements Omit<BilingualHandler, 'onBodySent' | 'onRequestSent'>
{
  onConnect(abort: (reason?: unknown) => void, context?: object | null): unknown {
    return this.handler.onConnect?.(abort, context);
  }

  onHeaders(status: number, fields: RawFields, resume: () => void, statusText: string): unknown {
    return this.handler.onHeaders?.(status, fields, resume, statusText);
  }

  onData(piece: Buffer): unknown {
    return this.handler.onData?.(piece);
  }

  onComplete(trailers: RawFields): unknown {
    return this.handler.onComplete?.(trailers);
  }

  onUpgrade(status: number, fields: RawFields, socket: Duplex): unknown {
    return this.handler.onUpgrade?.(status, fields, socket);
  }

  onError(error: unknown): unknown {
    return this.handler.onError?.(error);
  }

  onRequestStart(controller: DispatchController, context?: object | null): void {
    this.handler.onConnect?.((reason) => {
      controller.abort(reason);
    }, context);
  }

  onResponseStart(
    controller: DispatchController,
    status: number,
    fields: ParsedFields,
    statusText: string,
  ): void {
    const resume = (): void => {
      controller.resume();
    };
    const wanted = this.handler.onHeaders?.(status, flatFields(fields), resume, statusText);
    if (wanted === false && status >= 200) controller.pause();
  }

  onResponseData(controller: DispatchController, piece: Buffer): void {
    if (this.handler.onData?.(piece) === false) controller.pause();
  }

  onResponseEnd(_controller: DispatchController, trailers: ParsedFields): void {
    this.handler.onComplete?.(flatFields(trailers));
  }

  onRequestUpgrade(
    _controller: DispatchController,
    status: number,
    fields: ParsedFields,
    socket: Duplex,
  ): void {
    this.handler.onUpgrade?.(status, flatFields(fields), socket);
  }

  onResponseError(_controller: DispatchController | null, error: unknown): void {
    this.handler.onError?.(error);
  }
}

/** Hands what interceptors call to a handler of undici 8. */
class ControllerInterpreter
  extends Interpreter<ControllerHandler>
  implements Omit<BilingualHandler, 'onBodySent' | 'onRequestSent'>
{
  #controller: CallbackController | null = null;

  onRequestStart(controller: DispatchController, context?: object | null): unknown {
    return this.handler.onRequestStart(controller, context);
  }

  onResponseStart(
    controller: DispatchController,
    status: number,
    fields: ParsedFields,
    statusText: string,
  ): unknown {
    return this.handler.onResponseStart?.(controller, status, fields, statusText);
  }

  onResponseData(controller: DispatchController, piece: Buffer): unknown {
    return this.handler.onResponseData?.(controller, piece);
  }

  onResponseEnd(controller: DispatchController, trailers: ParsedFields): unknown {
    return this.handler.onResponseEnd?.(controller, trailers);
  }

  onRequestUpgrade(
    controller: DispatchController,
    status: number,
    fields: ParsedFields,
    socket: Duplex,
  ): unknown {
    return this.handler.onRequestUpgrade?.(controller, status, fields, socket);
  }

  onResponseError(controller: DispatchController | null, error: unknown): unknown {
    return this.handler.onResponseError?.(controller, error);
  }

  onConnect(abort: (reason?: unknown) => void, context?: object | null): void {
    this.#controller = new CallbackController(abort);
    this.handler.onRequestStart(this.#controller, context);
  }

  onHeaders(status: number, fields: RawFields, resume: () => void, statusText: string): boolean {
    const controller = this.#controllerOf();
    controller.resumes = resume;
    controller.rawHeaders = fields;
    this.handler.onResponseStart?.(controller, status, parsedList(fields), statusText);
    return !controller.paused;
  }

  onData(piece: Buffer): boolean {
    const controller = this.#controllerOf();
    this.handler.onResponseData?.(controller, piece);
    return !controller.paused;
  }

  onComplete(trailers: RawFields): void {
    const controller = this.#controllerOf();
    controller.rawTrailers = trailers;
    this.handler.onResponseEnd?.(controller, parsedList(trailers));
  }

  onUpgrade(status: number, fields: RawFields, socket: Duplex): void {
    const controller = this.#controllerOf();
    controller.rawHeaders = fields;
    this.handler.onRequestUpgrade?.(controller, status, parsedList(fields), socket);
  }

  onError(error: unknown): void {
    this.handler.onResponseError?.(this.#controller, error);
  }

  /** An interceptor that answers by itself may not have started the request. */
  #controllerOf(): CallbackController {
    return (this.#controller ??= new CallbackController(() => undefined));
  }
}

/** The controller of a request that is steered by callbacks. */
class CallbackController implements DispatchController {
  readonly #abort: (reason?: unknown) => void;
  resumes: () => void = () => undefined;
  rawHeaders: RawFields | null = null;
  rawTrailers: RawFields | null = null;
  aborted = false;
  paused = false;
  reason: unknown = null;

  constructor(abort: (reason?: unknown) => void) {
    this.#abort = abort;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.resumes();
  }

  abort(reason?: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason ?? null;
    this.#abort(reason);
  }
}
