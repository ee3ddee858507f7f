import { clientModel } from '../../models/client-model.js';
import type { ClientDriver } from '../driver.js';
import { PATIENCE } from '../patience.js';
import { AskedServer } from './asked-server.js';
import { ClientSystem, type AskClient, type LetClientWait } from './client-system.js';

/** A client to be driven. */
export interface ClientDriverOptions {
  /** What is driven, for people. @defaultValue 'the client' */
  readonly name?: string | undefined;
  /** The client: sends what it is told, resolves with the whole answer, rejects when there is none. */
  readonly ask: AskClient;
  /**
   * Lets the time pass after which the client gives up waiting; does nothing where that is below three seconds. Without
   * it, it is not expected to give up.
   */
  readonly wait?: LetClientWait | undefined;
  /** Milliseconds of real time after which what has not happened is taken not to happen. @defaultValue 3000 */
  readonly patience?: number | undefined;
}

/**
 * Drives any HTTP/1.1 client, as its user and as the server that it asks: one that listens on loopback and speaks raw
 * bytes. Each path has a server, and so a port, of its own.
 */
export function clientDriver(options: ClientDriverOptions): ClientDriver {
  const { name = 'the client', ask, wait, patience = PATIENCE } = options;
  return {
    name,
    parties: ['server', 'client'],
    events: clientModel.events.filter((event) => event !== 'stall' || wait !== undefined),
    start: async (journey) =>
      new ClientSystem({ ask, wait, patience }, journey, await AskedServer.open(journey.wire)),
  };
}
