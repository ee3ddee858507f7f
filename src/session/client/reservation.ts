import { reportFault } from '../../diagnostics.js';
import type { TurnListener } from './listening-turn.js';
import type { Transport } from '../../transport/index.js';
import type { RequestPreparation } from './request-preparation.js';

/** Hears once whether a session is reserved. */
export type ReservationSettled = (isReserved: boolean) => void;

/** One `reserve()`: it settles exactly once, whatever becomes of the connection meanwhile. */
export class Reservation implements TurnListener {
  /** The connection that is listened to. */
  transport: Transport | null = null;
  readonly #preparation: RequestPreparation;
  readonly #settled: ReservationSettled;

  constructor(preparation: RequestPreparation, settled: ReservationSettled) {
    this.#preparation = preparation;
    this.#settled = settled;
  }

  listened(): void {
    this.#preparation.listened(this);
  }

  /** Reports how it has ended. */
  settle(isReserved: boolean): void {
    try {
      this.#settled(isReserved);
    } catch (error) {
      reportFault('listener', error, this.#preparation.core.id);
    }
  }
}
