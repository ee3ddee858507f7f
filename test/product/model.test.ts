import { describe, expect, it } from '@jest/globals';

import type { Rules } from './model/index.js';
import { RealProduct } from '../support/product/real-product.js';
import {
  makeMove,
  nameOf,
  openMoves,
  randomBy,
  sightOfModel,
  sightOfProduct,
  startModel,
} from '../support/product/walk.js';

/*
 * The model does what the product does: both make the same moves, and after each of them the charts of both ends are in
 * the same states and as much is on the way between them. The product runs over memory and in virtual time.
 */

const WALKS = 1_000;
const LONGEST = 40;

interface Walk {
  readonly steps: readonly string[];
  readonly met: ReadonlySet<string>;
}

async function walk(seed: number, rules: Partial<Rules> = {}): Promise<Walk> {
  const random = randomBy(seed);
  const model = startModel(rules);
  const product = new RealProduct();
  const steps: string[] = [];
  const met = new Set<string>();
  for (let open = openMoves(model); open.length > 0 && steps.length < LONGEST; open = openMoves(model)) {
    // Ends are always near: most walks shall not take the first one.
    const milder = open.filter((move) => !/close|abort|cut|detach|timer/.test(nameOf(move)));
    const from = milder.length > 0 && random() < 0.85 ? milder : open;
    const move = from[Math.floor(random() * from.length)];
    if (move === undefined) break;
    steps.push(nameOf(move));
    makeMove(model, move);
    await product.make(nameOf(move));
    // As text, so that a failure shows the whole way.
    const way = `${steps.join(' > ')}\n`;
    expect(way + JSON.stringify(sightOfProduct(product))).toBe(way + JSON.stringify(sightOfModel(model)));
    met.add(`${model.state.client.session.name}, ${model.state.server.session.name}`);
  }
  return { steps, met };
}

describe('the model of the product', () => {
  it('goes where the product goes', async () => {
    const made = new Set<string>();
    const met = new Set<string>();
    for (let seed = 1; seed <= WALKS; seed++) {
      const { steps, met: pairs } = await walk(seed);
      for (const step of steps) made.add(step);
      for (const pair of pairs) met.add(pair);
    }
    expect([...RealProduct.moves].filter((move) => !made.has(move))).toEqual([]);
    // A client session whose message fails has no connection any more, and so no pairs with a stored exception.
    expect(met.size).toBeGreaterThan(16);
  }, 60_000);

  it("is noticed to go elsewhere where one of its rules is not the product's", async () => {
    const walks = async (): Promise<void> => {
      for (let seed = 1; seed <= WALKS; seed++) await walk(seed, { closesIdle: false });
    };
    await expect(walks()).rejects.toThrow('the grace is over');
  }, 60_000);
});
