import { reportFault } from '../diagnostics.js';
import { AbortedError, describeValue } from '../errors/index.js';
import {
  Listener,
  type ListenerObserver,
  type ListenTarget,
  type SocketAddress,
} from '../transport/index.js';
import type { ServerLife } from './life.js';

const LOOPBACK = '127.0.0.1';

/** What a port does with connections, and with TLS handshakes before that. */
export type PortOwner = Required<Omit<ListenerObserver, 'failed'>>;

/** The listeners of a server: one that it opened itself, and those of servers that were attached. */
export class Port {
  readonly #life: Pick<ServerLife, 'command' | 'permit' | 'send' | 'is'>;
  readonly #owner: PortOwner;
  readonly #listeners = new Set<Listener>();
  /** Closed, but a handshake may be in progress. */
  #retired: readonly Listener[] = [];
  /** Counts attempts to listen, and their ends: what comes of an earlier attempt is ignored. */
  #attempt = 0;

  constructor(life: Pick<ServerLife, 'command' | 'permit' | 'send' | 'is'>, owner: PortOwner) {
    this.#life = life;
    this.#owner = owner;
  }

  /** The address of the first listener that has one. */
  get address(): SocketAddress | string | null {
    for (const { address } of this.#listeners) if (address !== null) return address;
    return null;
  }

  /** See `HTTPServer.listen`. */
  async listen(target: ListenTarget): Promise<SocketAddress> {
    this.#life.command('listen()', 'server.listen');
    const attempt = ++this.#attempt;
    const listener = await this.#open(target, attempt);
    if (attempt !== this.#attempt) {
      listener.abandon();
      await listener.close();
      throw new AbortedError('listen(): stopped while the port was being opened');
    }
    this.#listeners.add(listener);
    const { address } = listener;
    return typeof address === 'object' && address !== null
      ? address
      : { address: address ?? '', family: 'unix', port: 0 };
  }

  async #open(target: ListenTarget, attempt: number): Promise<Listener> {
    const failed = (): void => {
      if (attempt === this.#attempt) this.#life.send('listener.failed');
    };
    try {
      const onLoopback = 'path' in target ? target : { ...target, host: target.host ?? LOOPBACK };
      return await Listener.open(onLoopback, {
        ...this.#owner,
        failed: (error) => {
          reportFault('implementation', error);
          failed();
        },
      });
    } catch (error) {
      failed();
      throw error;
    }
  }

  /** See `HTTPServer.attach`. */
  attach(server: Parameters<typeof Listener.adopt>[0], isPrepared = false): void {
    if (typeof (server as Partial<typeof server> | null)?.listenerCount !== 'function') {
      throw new TypeError(
        `attach(): must be a server of node:net or node:tls (got ${describeValue(server)})`,
      );
    }
    if (!this.#life.is('listening')) this.#life.permit('attach()', 'server.listen');
    const listener = Listener.adopt(server, { ...this.#owner, failed: () => undefined }, isPrepared);
    if (!this.#life.is('listening')) this.#life.send('server.listen');
    this.#listeners.add(listener);
  }

  pause(): void {
    for (const listener of this.#listeners) listener.pause();
  }

  resume(): void {
    for (const listener of this.#listeners) listener.resume();
  }

  /** Closes every listener; resolves when the addresses are free. Handshakes in progress may still complete. */
  async close(): Promise<void> {
    this.#attempt++;
    this.#retired = [...this.#listeners];
    this.#listeners.clear();
    await Promise.all(this.#retired.map((listener) => listener.close()));
  }

  /** Ends the handshakes that are in progress on closed listeners. */
  abandon(): void {
    for (const listener of this.#retired) listener.abandon();
    this.#retired = [];
  }
}
