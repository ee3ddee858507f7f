import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Writes down what a channel publishes, until it is disposed. */
export class Heard<TMessage> implements Disposable {
  readonly messages: TMessage[] = [];
  readonly #channel: string;
  readonly #note = (message: unknown): void => {
    this.messages.push(message as TMessage);
  };

  constructor(channel: string) {
    this.#channel = channel;
    subscribe(channel, this.#note);
  }

  [Symbol.dispose](): void {
    unsubscribe(this.#channel, this.#note);
  }
}
