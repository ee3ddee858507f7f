import type { FleetFrame, Loss } from './shapes.js';

/** What was reported and is not remembered, counted by the reason. */
export class Losses {
  readonly #counts = new Map<Loss, number>();
  #total: number;

  /** @param before - how many of unknown reasons there were before */
  constructor(before = 0) {
    this.#total = before;
  }

  count(why: Loss): void {
    this.#total++;
    this.#counts.set(why, (this.#counts.get(why) ?? 0) + 1);
  }

  /** As a frame has them. */
  get counts(): Pick<FleetFrame, 'dropped' | 'losses'> {
    return { dropped: this.#total, losses: Object.fromEntries(this.#counts) };
  }
}
