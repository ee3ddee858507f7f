import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';

import { INSPECTION } from '../../model/inspection-limits.js';
import type { Loss } from '../../model/shapes.js';
import type { HTTPServerRequest, HTTPServerResponse } from '../../../session/index.js';
import type { Clock, ClockTimer } from '../../../transport/index.js';
import { FrameReader } from './frame-reader.js';
import type { MessageRoom } from './partial-message.js';

/** The owner of a WebSocket that a program reports over. */
export interface SocketListener {
  message(data: Buffer): void;
  /** A message was not kept. */
  dropped(why: Loss): void;
  closed(): void;
}

const CLOSE_CODE = { normal: 1_000, goingAway: 1_001, protocolError: 1_002 } as const;
const CLOSE_FRAME = 0x88;
const PONG_FRAME = 0x8a;
/** RFC 6455, section 1.3. */
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const KEY = /^[A-Za-z0-9+/]{22}==$/;
const VERSION = '13';
/** A client that vanished without a FIN is noticed after this many milliseconds, and the kernel's retries. */
const PROBE_AFTER = 60_000;
/** Bytes that may wait for a client that does not read its pongs. */
const MAX_UNSENT = 4_096;
/** After so many bytes of a program, others have their turn. */
const LONG_TURN = 16_384;

/** What a request lacks for the handshake of a WebSocket (RFC 6455, section 4.2.1); `null` where it is one. */
export function flawOfHandshake(request: HTTPServerRequest): { status: number; why: string } | null {
  if (request.get('Sec-WebSocket-Version') !== VERSION) {
    return { status: 426, why: `The version of the WebSocket must be ${VERSION}.` };
  }
  const isKey = KEY.test(request.get('Sec-WebSocket-Key') ?? '');
  return isKey ? null : { status: 400, why: 'Sec-WebSocket-Key must be 16 bytes in base64.' };
}

/**
 * The server's end of a WebSocket that only listens. It is read by our own code, as a program whose one message is too long
 * should lose that message and not the connection: it would not come back.
 */
export class ReportingSocket {
  readonly #socket: Duplex;
  readonly #reader: FrameReader;
  readonly #clock: Clock;
  /** Ends a message that does not come whole. */
  #timer: ClockTimer | null = null;
  #awaited: number | null = null;
  /** The ping that came last and is not answered: those before it need no answer (RFC 6455, section 5.5.3). */
  #ping: Buffer | null = null;

  private constructor(socket: Duplex, listener: SocketListener, room: MessageRoom, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    this.#reader = new FrameReader(
      {
        message: (data) => {
          listener.message(data);
        },
        dropped: (why) => {
          listener.dropped(why);
        },
        ping: (payload) => {
          this.#ping = payload;
        },
        close: () => {
          this.#close(CLOSE_CODE.normal);
        },
        failed: () => {
          listener.dropped('notWebSocket');
          this.#close(CLOSE_CODE.protocolError);
        },
      },
      room,
    );
    (socket as Partial<{ setKeepAlive(isOn: boolean, after: number): void }>).setKeepAlive?.(
      true,
      PROBE_AFTER,
    );
    // `close` follows.
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      this.#watch(null);
      this.#reader.end();
      listener.closed();
    });
  }

  /** Answers the handshake and listens. The request must have no flaw. */
  static accept(
    request: HTTPServerRequest,
    response: HTTPServerResponse,
    listener: SocketListener,
    { room, clock }: { readonly room: MessageRoom; readonly clock: Clock },
  ): ReportingSocket {
    const key = request.get('Sec-WebSocket-Key') ?? '';
    const accept = createHash('sha1').update(`${key}${ACCEPT_SUFFIX}`).digest('base64');
    response.set('Sec-WebSocket-Accept', accept).set('Upgrade', 'websocket');
    const { socket, head, signal } = response.switchProtocol();
    const reporting = new ReportingSocket(socket, listener, room, clock);
    const leave = (): void => {
      reporting.leave();
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    if (head.length > 0) reporting.#read(head);
    socket.on('data', (chunk: Buffer) => {
      reporting.#read(chunk);
    });
    return reporting;
  }

  /** Ends the connection, because the page goes. */
  leave(): void {
    this.#close(CLOSE_CODE.goingAway);
  }

  #read(chunk: Buffer): void {
    this.#reader.push(chunk);
    this.#watch(this.#reader.unfinished);
    this.#pong();
    if (chunk.length < LONG_TURN || this.#socket.isPaused()) return;
    // The system gives megabytes at once; others have their turn in between.
    this.#socket.pause();
    setImmediate(() => this.#socket.resume());
  }

  #pong(): void {
    const ping = this.#ping;
    this.#ping = null;
    if (ping !== null && this.#socket.writable && this.#socket.writableLength <= MAX_UNSENT) {
      this.#socket.write(frame(PONG_FRAME, ping));
    }
  }

  /** Gives a message that has begun its time, counted from its begin. */
  #watch(message: number | null): void {
    if (message === this.#awaited) return;
    this.#awaited = message;
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer =
      message === null
        ? null
        : this.#clock.setTimeout(() => {
            this.#reader.drop('slowMessage');
            this.#watch(null);
          }, INSPECTION.maxMessageTime.value);
  }

  #close(code: number): void {
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    this.#reader.end();
    this.#socket.end(frame(CLOSE_FRAME, payload), () => this.#socket.destroy());
  }
}

/** A frame of a server: not masked. Control frames have at most 125 bytes. */
function frame(head: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([head, payload.length]), payload]);
}
