import type { Duplex } from 'node:stream';

/** Fields of a received head, as undici hands them out: names and values, alternating. */
export type RawFields = readonly (string | Buffer)[];

/** Fields as an object; the names are in lower case, and several fields of one name are an array. */
export type ParsedFields = Record<string, string | string[]>;

/** What a handler of undici 8 steers its request with. */
export interface DispatchController {
  /** The fields of the response, once its head is complete. */
  readonly rawHeaders: RawFields | null;
  /** The trailer fields, once the response is complete. */
  readonly rawTrailers: RawFields | null;
  /** Whether the request was aborted. */
  readonly aborted: boolean;
  /** Whether the body is held back. */
  readonly paused: boolean;
  /** What the request was aborted with; `null` before that. */
  readonly reason: unknown;
  /** Hands out no more of the body until `resume`; the server is held back. */
  pause(): void;
  /** Continues after `pause`. */
  resume(): void;
  /** Ends the request, wherever it is. */
  abort(reason?: unknown): void;
}

/** What both dialects have. */
interface SharedHandler {
  /** The first byte of the response has come. */
  onResponseStarted?(): unknown;
  /** A piece of the request's body was sent. */
  readonly onBodySent?: ((piece: unknown) => unknown) | undefined;
  /** The request was sent as a whole. */
  readonly onRequestSent?: (() => unknown) | undefined;
}

/** A handler as undici 6 and 7 pass it, and the `fetch` of Node.js 20 to 24. */
export interface CallbackHandler extends SharedHandler {
  /** The request begins; `abort` ends it wherever it is. */
  onConnect?(abort: (reason?: unknown) => void, context?: object | null): unknown;
  /** `false` pauses. Also called for interim responses. */
  onHeaders?(status: number, fields: RawFields, resume: () => void, statusText: string): unknown;
  /** `false` pauses. */
  onData?(piece: Buffer): unknown;
  /** The response is complete. */
  onComplete?(trailers: RawFields): unknown;
  /** The connection was switched, and belongs to the handler. */
  onUpgrade?(status: number, fields: RawFields, socket: Duplex): unknown;
  /** There is no response, or no more of it. */
  onError?(error: unknown): unknown;
}

/** A handler as undici 8 passes it, the `fetch` of Node.js 26, and the interceptors of undici 7. */
export interface ControllerHandler extends SharedHandler {
  /** The request begins. */
  onRequestStart(controller: DispatchController, context?: object | null): unknown;
  /** The connection was switched, and belongs to the handler. */
  onRequestUpgrade?(
    controller: DispatchController,
    status: number,
    fields: ParsedFields,
    socket: Duplex,
  ): unknown;
  /** The head of a response is complete; also called for interim ones. */
  onResponseStart?(
    controller: DispatchController,
    status: number,
    fields: ParsedFields,
    statusText: string,
  ): unknown;
  /** A piece of the body. */
  onResponseData?(controller: DispatchController, piece: Buffer): unknown;
  /** The response is complete. */
  onResponseEnd?(controller: DispatchController, trailers: ParsedFields): unknown;
  /** There is no response, or no more of it. */
  onResponseError?(controller: DispatchController | null, error: unknown): unknown;
}

/** What takes a response that is dispatched, in either dialect. */
export type DispatchHandler = CallbackHandler | ControllerHandler;

/** Whether a handler speaks the dialect of undici 8. */
export function takesController(handler: DispatchHandler): handler is ControllerHandler {
  return typeof (handler as Partial<ControllerHandler>).onRequestStart === 'function';
}
