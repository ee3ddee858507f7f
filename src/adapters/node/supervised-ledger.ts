import { SessionLedger } from '../../session/core/ledger.js';
import type { NodeSocket } from './node-socket.js';
import type { Clock } from '../../transport/index.js';

/** What is known of a connection whose bytes belong to node:http. */
export class SupervisedLedger extends SessionLedger {
  readonly socket: NodeSocket;
  /** The listeners that watch the socket, while a state asks for it. */
  watch: SocketWatch | null = null;

  constructor(clock: Clock, socket: NodeSocket) {
    super(clock);
    this.socket = socket;
  }
}

/** Our listeners on a socket of node:http: they only hear, and leave with the state. */
export class SocketWatch {
  readonly #ledger: SupervisedLedger;

  constructor(ledger: SupervisedLedger) {
    this.#ledger = ledger;
    const { socket } = ledger;
    socket.on('end', this.#ended).on('error', this.#failed).on('close', this.#closed);
  }

  stop(): void {
    const { socket } = this.#ledger;
    socket.off('end', this.#ended).off('error', this.#failed).off('close', this.#closed);
  }

  readonly #ended = (): void => {
    this.#ledger.endedBy ??= 'fin';
    this.#ledger.notify({ type: 'socket.ended' });
  };

  readonly #failed = (): void => {
    // Told with the end of the socket, which follows; the listener keeps node:http company, and answers for nothing.
  };

  readonly #closed = (): void => {
    this.#ledger.endedBy ??= 'local';
    this.#ledger.notify({ type: 'socket.closed' });
  };
}
