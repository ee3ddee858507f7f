/** Stands for the texts that there was no room for. */
const REST = 0;

/** Texts by small numbers, each as long as it is used. Beyond a number of texts, one stands for all others. */
export class InternedTexts {
  readonly #most: number;
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[];
  readonly #uses: number[] = [0];
  readonly #free: number[] = [];

  /**
   * @param most - how many texts there may be, at most 65 535
   * @param rest - what stands for the texts beyond that
   */
  constructor(most: number, rest: string) {
    this.#most = most;
    this.#texts = [rest];
  }

  /** One more than the greatest number in use. */
  get size(): number {
    return this.#texts.length;
  }

  /** Uses a text once more. */
  use(text: string, copy: (text: string) => string = (own) => own): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) {
      (this.#uses[known] as number)++;
      return known;
    }
    if (this.#numbers.size >= this.#most) return REST;
    const kept = copy(text);
    const number = this.#free.pop() ?? this.#texts.length;
    this.#texts[number] = kept;
    this.#uses[number] = 1;
    this.#numbers.set(kept, number);
    return number;
  }

  /** Uses a text once less. */
  release(number: number): void {
    if (number === REST || --(this.#uses[number] as number) > 0) return;
    this.#numbers.delete(this.get(number));
    this.#texts[number] = '';
    this.#free.push(number);
  }

  get(number: number): string {
    return this.#texts[number] ?? '';
  }

  /** The texts as they are now, by their numbers: those of numbers that are released later as well. */
  all(): readonly string[] {
    return [...this.#texts];
  }

  /** For each number whether something holds of its text: 1 or 0. */
  marked(holds: (text: string) => boolean): Uint8Array {
    return Uint8Array.from(this.#texts, (text) => (holds(text) ? 1 : 0));
  }

  /** For each number its place when the texts are sorted. */
  ranks(): Float64Array {
    const order = this.#texts.map((_, number) => number);
    order.sort((a, b) => compare(this.get(a), this.get(b)));
    const ranks = new Float64Array(this.#texts.length);
    for (const [rank, number] of order.entries()) ranks[number] = rank;
    return ranks;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
