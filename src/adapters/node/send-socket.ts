import type { Duplex } from 'node:stream';

import { TIMEOUTS } from '../../constants.js';
import { describeValue, NetworkError, TimeoutError } from '../../errors/index.js';
import { quietly, type DetachedSocket } from '../../session/index.js';
import { Deadline, deadlinesOf, guardErrors, keepEnd, net, systemClock } from '../../transport/index.js';

/*
 * THEORY OF OPERATION
 *
 * Node.js passes a net.Socket by taking its handle away. The handle reads on until the other process has it, and what it
 * reads then is lost, as is what the stream has read before. In the other process the socket reads at once, and closes by
 * itself if the peer has finished sending, before anybody gets it.
 *
 * So the handle is passed, not the socket: this side stops its reading first, and the other side makes a half-open socket
 * of it. Each side has the connection open until the other one has said that it is there.
 */

type Socket = InstanceType<typeof net.Socket>;

/** The handle below a socket. Whether it reads has no public name. */
interface Handle {
  reading?: boolean;
  readStop?(): number;
}

type InnerSocket = Socket & { readonly _handle?: Handle | null };

/** A process that takes sockets: a `ChildProcess`, or a worker of `node:cluster`. */
export interface SocketTakingProcess {
  /** Passes a message, and a handle with it. */
  send?(message: object, handle: never, options: object, callback: (error: Error | null) => void): boolean;
  /** Listens for `message`, `exit` and `disconnect`. */
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  /** Listens no more. */
  off(event: string, listener: (...values: unknown[]) => void): unknown;
}

/** What goes along with a handle, beside the members of the user's message. */
interface Passage {
  readonly number: number;
  /** In base64. */
  readonly head: string;
}

/** The member of the messages between the two processes. */
const PASSED = 'http-session-machine:socket';
const TAKEN = 'http-session-machine:taken';

let lastNumber = 0;

/**
 * Passes a socket that was detached from a session to another process, where `receiveSocket()` takes it. No byte is lost:
 * reading stops first, what was read before goes along, what was written is waited for, and what arrives from then on
 * waits in the kernel.
 *
 * `child.send(message, socket)` of Node.js loses what arrives until the other process has the socket.
 *
 * @param detached - what `detachSocket()`, `upgrade()` or `switchProtocol()` returned.
 * @param message - the other process gets its members with the socket. Default: none.
 * @returns a promise that resolves once the other process has taken the socket. A lost connection or process ends no process
 * where it is not awaited.
 * @throws TypeError when `detached` is not a connection that can be passed (TLS, memory and streams cannot), or `message`
 * is not an object. Nothing has changed then.
 * @throws NetworkError when the connection is lost, or the other process is gone; TimeoutError (`send`) when the peer takes
 * nothing of what was written, or the other process does not take the socket, within 60 s. Then the socket is destroyed.
 *
 * @example
 * ```ts
 * import { fork } from 'node:child_process';
 *
 * const child = fork('child.mjs');
 * await sendSocket(child, session.detachSocket(), { from: 'the parent' });
 * ```
 */
export function sendSocket(
  child: SocketTakingProcess,
  detached: DetachedSocket,
  message: object = {},
): Promise<void> {
  let socket: InnerSocket;
  let read: Buffer[];
  try {
    socket = checked(child, detached, message);
    read = stopReading(socket);
  } catch (error) {
    const mistake: Error = error as Error;
    return Promise.reject(mistake);
  }
  return quietly(pass(child, socket, Buffer.concat([detached.head, ...read]), message));
}

async function pass(
  child: SocketTakingProcess,
  socket: InnerSocket,
  head: Buffer,
  message: object,
): Promise<void> {
  socket.on('error', ignore);
  try {
    await written(socket);
    await passed(child, socket, message, { number: ++lastNumber, head: head.toString('base64') });
  } finally {
    // The other process holds the connection open by now; this closes the copy of this one.
    socket.destroy();
  }
}

/**
 * Takes a socket that another process has passed with `sendSocket()`. Call it with what a `message` listener gets.
 *
 * @returns the socket with the bytes that come before its own, as `detachSocket()` does; `null` for any other message.
 *
 * @example
 * ```ts
 * process.on('message', (message, handle) => {
 *   const received = receiveSocket(message, handle);
 *   if (received !== null) new HTTPServerSession().attachSocket(received.socket, received.head);
 * });
 * ```
 */
export function receiveSocket(message: unknown, handle: unknown): DetachedSocket | null {
  const passage = (Object(message) as Partial<Record<string, Passage>>)[PASSED];
  if (passage === undefined || typeof handle !== 'object' || handle === null) return null;
  const options = { handle, allowHalfOpen: true } as unknown as { allowHalfOpen: boolean };
  const socket = new net.Socket(options);
  guardErrors(socket);
  keepEnd(socket);
  process.send?.({ [TAKEN]: passage.number });
  return { socket, head: Buffer.from(passage.head, 'base64') };
}

function ignore(): void {
  // The promise says what has failed.
}

function checked(child: unknown, detached: unknown, message: unknown): InnerSocket {
  if (process.platform === 'win32') {
    throw new TypeError('sendSocket(): on Windows a read that is in progress cannot be stopped');
  }
  if (typeof (child as Partial<SocketTakingProcess> | null | undefined)?.send !== 'function') {
    throw new TypeError(
      `sendSocket(): the process must have an IPC channel, as of fork() (got ${describeValue(child)})`,
    );
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw new TypeError(`sendSocket(): the message must be an object (got ${describeValue(message)})`);
  }
  const { socket, head } = Object(detached) as { socket?: unknown; head?: unknown };
  if (!(head instanceof Uint8Array)) {
    throw new TypeError(
      `sendSocket(): pass what detachSocket() or upgrade() returned (got ${describeValue(detached)})`,
    );
  }
  if (!(socket instanceof net.Socket) || 'encrypted' in socket) {
    throw new TypeError(
      `sendSocket(): only TCP and Unix sockets can be passed on (got ${describeValue(socket)})`,
    );
  }
  if (socket.writableEnded && !socket.destroyed) {
    throw new TypeError('sendSocket(): this side has finished sending, so the socket is of no use elsewhere');
  }
  return socket;
}

/** Stops reading, and returns what was read: from here on, what arrives stays in the kernel. */
function stopReading(socket: InnerSocket): Buffer[] {
  const handle = socket._handle;
  socket.pause();
  if (handle !== null && handle !== undefined) {
    if (typeof handle.readStop !== 'function') {
      throw new TypeError('sendSocket(): this version of Node.js has no way to stop reading a socket');
    }
    handle.readStop();
    // Otherwise the stream would believe that its handle reads, and this that it does not.
    handle.reading = false;
  }
  const read: Buffer[] = [];
  // `read()` would ask the handle for more; a length that is there does not.
  while (socket.readableLength > 0) read.push(socket.read(socket.readableLength) as Buffer);
  handle?.readStop?.();
  return read;
}

/** Whether the connection is still there: a socket whose handle is gone could only be passed as nothing. */
function hasHandle(socket: InnerSocket): boolean {
  return !socket.destroyed && (socket._handle ?? null) !== null;
}

/** Resolves once the system has all that was written: a handle leaves without what still waits in this process. */
function written(socket: Socket): Promise<void> {
  if (socket.writableLength === 0 && hasHandle(socket)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timeout = TIMEOUTS.sendTimeout.value;
    const settle = (error?: Error): void => {
      deadline.disarm();
      socket.off('close', lost).off('error', failed);
      if (error === undefined) resolve();
      else reject(error);
    };
    const failed = (cause: unknown): void => {
      settle(new NetworkError('sendSocket(): the connection was lost', { cause }));
    };
    const lost = (): void => {
      failed(socket.errored ?? undefined);
    };
    const deadline = new Deadline<Duplex>(deadlinesOf(systemClock), socket, () => {
      settle(new TimeoutError('send', timeout));
    });
    if (!hasHandle(socket)) {
      lost();
      return;
    }
    deadline.arm(timeout);
    socket.on('close', lost).on('error', failed);
    socket.write('', (error) => {
      if (error === null || error === undefined) settle();
    });
  });
}

/** Resolves once the other process has said that it has the socket. */
function passed(
  child: SocketTakingProcess,
  socket: InnerSocket,
  message: object,
  passage: Passage,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const passages = passagesTo(child);
    const deadline = new Deadline<Duplex>(deadlinesOf(systemClock), socket, () => {
      passages.settle(passage.number, new TimeoutError('send', TIMEOUTS.sendTimeout.value));
    });
    deadline.arm(TIMEOUTS.sendTimeout.value);
    passages.add(passage.number, (error) => {
      deadline.disarm();
      if (error === undefined) resolve();
      else reject(error);
    });
    child.send?.({ ...message, [PASSED]: passage }, socket._handle as never, {}, (error) => {
      if (error !== null) passages.settle(passage.number, notTaken(error));
    });
  });
}

function notTaken(cause: unknown): NetworkError {
  return new NetworkError('sendSocket(): the other process did not get the socket', { cause });
}

/** The sockets on their way to one process: it is listened to once for all of them, and only while there are any. */
class Passages {
  readonly #child: SocketTakingProcess;
  readonly #settlers = new Map<number, (error?: Error) => void>();

  constructor(child: SocketTakingProcess) {
    this.#child = child;
  }

  add(number: number, settler: (error?: Error) => void): void {
    if (this.#settlers.size === 0) {
      this.#child.on('message', this.#heard);
      this.#child.on('exit', this.#gone);
      this.#child.on('disconnect', this.#gone);
    }
    this.#settlers.set(number, settler);
  }

  settle(number: number, error?: Error): void {
    const settler = this.#settlers.get(number);
    if (settler === undefined) return;
    this.#settlers.delete(number);
    if (this.#settlers.size === 0) {
      this.#child.off('message', this.#heard);
      this.#child.off('exit', this.#gone);
      this.#child.off('disconnect', this.#gone);
    }
    settler(error);
  }

  readonly #heard = (answer: unknown): void => {
    const { [TAKEN]: number } = Object(answer) as Record<string, unknown>;
    if (typeof number === 'number') this.settle(number);
  };

  readonly #gone = (): void => {
    for (const number of [...this.#settlers.keys()]) {
      this.settle(number, notTaken(new Error('the other process has gone')));
    }
  };
}

const passages = new WeakMap<SocketTakingProcess, Passages>();

function passagesTo(child: SocketTakingProcess): Passages {
  let all = passages.get(child);
  if (all === undefined) {
    all = new Passages(child);
    passages.set(child, all);
  }
  return all;
}
