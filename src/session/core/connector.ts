import { TimeoutError } from '../../errors/index.js';
import {
  Deadline,
  deadlinesOf,
  openTransport,
  type ConnectOptions,
  type ConnectTarget,
} from '../../transport/index.js';
import { connectError } from './network-errors.js';
import type { SessionCore } from './session-core.js';
import { quietly } from './unheard.js';
import { testify } from './testify.js';

/** The service that `unconnected.connecting` invokes: opens a socket, within a time limit. */
export class Connector {
  /** Where it connects to. */
  readonly target: ConnectTarget;
  readonly #options: ConnectOptions;
  readonly #timeout: number;
  #cancel: (() => void) | null = null;
  #deadline: Deadline<SessionCore> | null = null;

  /** `timeout` in milliseconds, 0 for none. */
  constructor(target: ConnectTarget, options: ConnectOptions, timeout: number) {
    this.target = target;
    this.#options = options;
    this.#timeout = timeout;
  }

  start(core: SessionCore): void {
    this.#deadline = new Deadline(deadlinesOf(core.clock), core, (owner) => {
      this.#expired(owner);
    });
    this.#deadline.arm(this.#timeout);
    this.#cancel = openTransport(
      this.target,
      this.#options,
      (transport) => {
        this.#cancel = null;
        core.notify({ type: 'xstate.done.actor.connector', output: transport });
      },
      (reason) => {
        this.#cancel = null;
        const error = testify(core, connectError(reason, describeTarget(this.target)));
        core.notify({ type: 'xstate.error.actor.connector', error });
      },
    );
  }

  /** Leaving the state cancels whatever has not come to an end. */
  stop(): void {
    this.#deadline?.disarm();
    this.#cancel?.();
    this.#cancel = null;
  }

  #expired(core: SessionCore): void {
    const error = testify(core, new TimeoutError('connect', this.#timeout), 'timeout');
    core.notify({ type: 'deadline.expired', timer: 'connect', exception: error });
  }
}

function describeTarget(target: ConnectTarget): string {
  return 'path' in target ? target.path : `${target.host}:${String(target.port)}`;
}

/**
 * Lets a connector open the connection of a session; resolves once it is open. That it failed is on the session, too, so
 * it need not be awaited.
 */
export function openConnection(core: SessionCore, connector: Connector): Promise<void> {
  return quietly(
    new Promise((resolve, reject) => {
      core.connector = connector;
      core.settleConnect = (error) => {
        if (error === null) resolve();
        else reject(error);
      };
      core.notify({ type: 'session.connect' });
    }),
  );
}
