import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import {
  ERROR_CHANNEL,
  EXCHANGE_CHANNEL,
  type ErrorMessage,
  type ExchangeMessage,
} from '../../../src/diagnostics.js';

/** What was published on two channels while something ran. */
export class Published implements Disposable {
  readonly errors: ErrorMessage[] = [];
  readonly exchanges: ExchangeMessage[] = [];

  constructor() {
    subscribe(ERROR_CHANNEL, this.#heardError);
    subscribe(EXCHANGE_CHANNEL, this.#heardExchange);
  }

  /** A line of an access log for each exchange that ended. */
  get lines(): unknown[] {
    return this.exchanges
      .filter(({ phase }) => phase === 'end')
      .map(({ method, target, status, outcome }) => [method, target, status, outcome]);
  }

  [Symbol.dispose](): void {
    unsubscribe(ERROR_CHANNEL, this.#heardError);
    unsubscribe(EXCHANGE_CHANNEL, this.#heardExchange);
  }

  readonly #heardError = (message: unknown): void => {
    this.errors.push(message as ErrorMessage);
  };

  readonly #heardExchange = (message: unknown): void => {
    this.exchanges.push(message as ExchangeMessage);
  };
}
