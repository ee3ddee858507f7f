import { LIMITS } from '../../constants.js';
import { hasFaultSubscribers, noteFault, reportFault } from '../../diagnostics.js';
import { TimeoutError } from '../../errors/index.js';
import { Deadline, deadlinesOf } from '../../transport/index.js';
import type { SessionCore } from '../core/session-core.js';
import type { HTTPServerRequest } from './http-server-request.js';
import type { ServerSettings } from './server-settings.js';

/** What the deadlines ask the loop that serves the connection. */
export interface ServingLoop {
  readonly settings: ServerSettings;
  readonly request: Pick<HTTPServerRequest, 'body'> | null;
}

/**
 * The deadlines of a connection that no progress moves, and so stand beside the one of the state that the session is in:
 * `message`, `handler`, `connectionAge`, and the report of a slow handler. Each is made when it is first needed: most
 * requests come whole, and are answered at once.
 */
export class ConnectionDeadlines {
  readonly #session: SessionCore;
  readonly #loop: ServingLoop;
  readonly #settings: ServerSettings;
  #message: Deadline<SessionCore> | null = null;
  #age: Deadline<SessionCore> | null = null;
  #handler: Deadline<SessionCore> | null = null;
  #slow: Deadline<ConnectionDeadlines> | null = null;
  /** The request that the handler's deadlines are for. */
  #handled = 0;

  /** @param loop - knows the request in progress. */
  constructor(session: SessionCore, loop: ServingLoop) {
    this.#session = session;
    this.#loop = loop;
    this.#settings = loop.settings;
  }

  /** The connection has begun. */
  connectionBegan(): void {
    this.#age = this.#ceiling('connectionAge');
    this.#age.arm(this.#settings.timers.connectionAge);
  }

  /** The server waits for the rest of a request. */
  messageAwaited(): void {
    const { message } = this.#settings.timers;
    if (message === 0 || this.#message?.armed === true) return;
    this.#message ??= this.#ceiling('message');
    this.#message.arm(message);
  }

  /** The last byte of a request has come. */
  messageEnded(): void {
    this.#message?.disarm();
  }

  /** A handler has returned, and its response is not complete. Asked again for the same request, it changes nothing. */
  handlerAwaited(): void {
    const session = this.#session;
    if (this.#handled === session.requestNumber) return;
    this.#handled = session.requestNumber;
    const { slowHandler, timers } = this.#settings;
    if (slowHandler > 0) {
      this.#slow ??= new Deadline<ConnectionDeadlines>(deadlinesOf(session.clock), this, (owner) => {
        owner.#slowHandlerPassed();
      });
      this.#slow.arm(slowHandler);
    }
    if (timers.handler > 0) {
      this.#handler ??= this.#ceiling('handler');
      this.#handler.arm(timers.handler);
    }
  }

  /** What is left of those that run and that a message or a handler still has to meet, in milliseconds. */
  timersLeft(): Readonly<Record<string, number>> {
    const running = {
      message: this.#message,
      handler: this.#isHandling ? this.#handler : null,
      connectionAge: this.#age,
    };
    const left = Object.entries(running).flatMap(([name, deadline]): [string, number][] => {
      return deadline?.armed === true ? [[name, deadline.left]] : [];
    });
    return Object.fromEntries(left);
  }

  /** The connection is gone. */
  end(): void {
    for (const deadline of [this.#message, this.#age, this.#handler, this.#slow]) deadline?.disarm();
  }

  #ceiling(timer: 'message' | 'handler' | 'connectionAge'): Deadline<SessionCore> {
    const { timers } = this.#settings;
    return new Deadline(deadlinesOf(this.#session.clock), this.#session, (session) => {
      // The deadlines of a handler are left to pass: moving one costs less than taking it out.
      if (timer === 'handler' && !this.#isHandling) return;
      // A client is not late where the handler does not read what has come; the time starts again.
      if (timer === 'message' && !this.#isClientLate) this.messageAwaited();
      else session.timedOut(timer, timers[timer]);
    });
  }

  /** Whether the client is waited for, or has certainly not sent all of the body that it declared. */
  get #isClientLate(): boolean {
    const { armedTimer, buffer, arrivedBytes } = this.#session;
    const { request } = this.#loop;
    if (armedTimer !== null || request === null) return true;
    const isHeldBack = arrivedBytes >= LIMITS.maxArrivedBytes.value;
    return !isHeldBack && request.body.remaining > buffer.length + arrivedBytes;
  }

  /** Whether the response to the request in question is not complete. */
  get #isHandling(): boolean {
    const { requestNumber, exchange } = this.#session;
    return requestNumber === this.#handled && exchange.tags.has('responding');
  }

  #slowHandlerPassed(): void {
    const session = this.#session;
    if (this.#isHandling && session.exchange.tags.has('unanswered')) {
      reportSlowHandler(session, this.#settings);
    }
  }
}

/** Servers whose slow handlers were a warning of the process already. */
const warned = new WeakSet<ServerSettings>();

/** Reports it as a fault; without a subscriber once for each server, as long polls may be slow on purpose. */
function reportSlowHandler(session: SessionCore, settings: ServerSettings): void {
  const { requestMethod, requestTarget } = session;
  const path = requestTarget.split('?', 1)[0] as string;
  const text = `handler: ${requestMethod} ${path} has no response after ${String(settings.slowHandler)} ms`;
  const error = new TimeoutError('handler', settings.slowHandler, text);
  if (hasFaultSubscribers() || !warned.has(settings)) reportFault('handler', error, session.id);
  else noteFault('handler', error, session.id);
  if (!hasFaultSubscribers()) warned.add(settings);
}
