import type { Driver, ModelEdge, Step, WireEntry } from '../../../src/testing/index.js';
import { eventually, settled } from '../../../src/testing/drivers/patience.js';
import type { Choice } from './difference.js';
import { nameOf } from './missing-pairs.js';

/** Milliseconds after which a connection that was not closed is taken to stay open. */
const PATIENCE = 300;

/** Tells what was done in a step, from what went over the wire in it. */
export interface Choosing {
  /** Whether the model leaves a choice there. */
  readonly isChoice: (edge: ModelEdge) => boolean;
  /** The choice in a few words. */
  readonly told: (entries: readonly WireEntry[], edge: ModelEdge) => string;
}

/** Collects what a member does where the model leaves a choice. */
export class Choices {
  readonly #told = new Map<string, { readonly edge: ModelEdge; readonly told: Set<string> }>();
  readonly #choosing: Choosing;
  readonly #party: string;

  /** @param party - the member, as the wire log calls it. */
  constructor(choosing: Choosing, party: string) {
    this.#choosing = choosing;
    this.#party = party;
  }

  /** A driver that looks on, and waits for the connection to be closed where that is a choice. */
  watching<TEvent extends string>(driver: Driver<TEvent>): Driver<TEvent> {
    return {
      ...driver,
      start: async (journey) => {
        const system = await driver.start(journey);
        let last: Step<TEvent> | null = null;
        return {
          perform: (step) => {
            last = step;
            return system.perform(step);
          },
          see: async (expected) => {
            const seen = await system.see(expected);
            if (seen === expected && last !== null && this.#choosing.isChoice(last)) {
              const { index } = last;
              await this.#note(last, () => journey.wire.entries.filter(({ step }) => step === index));
            }
            return seen;
          },
          stop: () => system.stop(),
        };
      },
    };
  }

  all(): readonly Choice[] {
    return [...this.#told.values()].map(({ edge: { from, event }, told }) => ({
      from,
      event,
      told: [...told].sort(),
    }));
  }

  async #note(edge: ModelEdge, entries: () => readonly WireEntry[]): Promise<void> {
    const isOver = (): boolean => entries().some((entry) => isEnd(entry, this.#party));
    if (edge.event !== 'reset') await eventually(isOver, PATIENCE);
    await settled();
    const noted = this.#told.get(nameOf(edge)) ?? { edge, told: new Set() };
    this.#told.set(nameOf(edge), noted);
    noted.told.add(this.#choosing.told(entries(), edge));
  }
}

function isEnd({ from, bytes, text }: WireEntry, party: string): boolean {
  return from === party && bytes === 0 && /^(?:FIN|RST)$/.test(text);
}

/** How a server refuses, gives up waiting, and takes it that a request will never be complete. */
export const SERVER_CHOOSING: Choosing = {
  isChoice: ({ from, event, to }) =>
    to === 'refused' || event.startsWith('wait.') || (event === 'fin' && /head|Body|continued/.test(from)),
  told: (entries) => {
    const answers = entries.flatMap(({ from, text }) =>
      from === 'server' ? [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status = '']) => status) : [],
    );
    const isClosed = entries.some((entry) => isEnd(entry, 'server'));
    return [...answers, isClosed ? 'closes' : 'stays open'].join(', ');
  },
};

/** What a client does about a request that is lost, and about an answer that nobody has asked for. */
export const CLIENT_CHOOSING: Choosing = {
  isChoice: ({ to }) => to === 'lost' || to === 'answered.tainted',
  told: (entries, { event, to }) => {
    const isAgain = entries.some(({ from, bytes }) => from === 'client' && bytes > 0);
    const isClosed = entries.some((entry) => isEnd(entry, 'client'));
    return [
      ...(to === 'lost' ? [isAgain ? 'asks again' : 'fails'] : []),
      // Nothing is left to be closed after a reset.
      ...(event === 'reset' ? [] : [isClosed ? 'closes' : 'stays open']),
    ].join(', ');
  },
};
