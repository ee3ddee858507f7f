import { INSPECTION } from './inspection-limits.js';
import type { ErrorMark } from './traffic-shapes.js';

/** The last errors and faults of sessions, as marks in time. */
export class ErrorMarks {
  readonly #capacity: number;
  readonly #marks: ErrorMark[] = [];

  constructor(capacity: number = INSPECTION.maxErrorMarks.value) {
    this.#capacity = capacity;
  }

  push(mark: ErrorMark): void {
    this.#marks.push(mark);
    if (this.#marks.length > this.#capacity) this.#marks.shift();
  }

  /** Those within a range, oldest first. */
  within(since: number, until: number): readonly ErrorMark[] {
    return this.#marks.filter(({ at }) => at >= since && at <= until);
  }

  all(): readonly ErrorMark[] {
    return this.#marks;
  }
}
