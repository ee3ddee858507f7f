import { Run } from '../../../src/testing/product/endpoint.js';
import { clientRole } from '../../../src/testing/product/client-role.js';
import { connect, unconnectedState } from '../../../src/testing/product/initial-state.js';
import { makeMove, nameOf } from '../../../src/testing/product/make-move.js';
import type { Move } from '../../../src/testing/product/move.js';
import { MOVES } from '../../../src/testing/product/moves.js';
import { productCharts } from '../../../src/testing/product/product-charts.js';
import { SOCKET } from '../../../src/testing/product/product-state.js';
import { DEFAULT_BOUNDS, PRODUCT_RULES, type Rules } from '../../../src/testing/product/rules.js';
import { serverRole } from '../../../src/testing/product/server-role.js';
import { RealProduct } from './real-product.js';

/** The model, moved one step at a time. */
export function startModel(rules: Partial<Rules> = {}): Run {
  const charts = productCharts();
  const run = new Run(
    {
      charts,
      bounds: { ...DEFAULT_BOUNDS, requests: 3 },
      rules: { ...PRODUCT_RULES, ...rules },
      roles: { client: clientRole, server: serverRole },
    },
    unconnectedState(charts),
    null,
  );
  connect(run);
  return run;
}

/** What is compared after each move. */
export interface Sight {
  readonly client: string;
  readonly server: string;
  readonly toClient: number;
  readonly toServer: number;
}

export function sightOfModel({ state }: Run): Sight {
  const { client, server } = state;
  return {
    client: `${client.session.name} / ${client.exchange.name}`,
    server: `${server.session.name} / ${server.exchange.name}`,
    toClient: state.toClient.length,
    toServer: state.toServer.length,
  };
}

export function sightOfProduct(product: RealProduct): Sight {
  return {
    client: product.where('client'),
    server: product.where('server'),
    toClient: product.waitingFor('client'),
    toServer: product.waitingFor('server'),
  };
}

/** Moves that can be made in the model now and have a counterpart in the product. */
export function openMoves(run: Run): readonly Move[] {
  const { client, server } = run.state;
  // What becomes of a socket that is not a session's any more is the business of the network, and of its owner.
  if (client.socket >= SOCKET.owned || server.socket >= SOCKET.owned) return [];
  return MOVES.filter((move) => RealProduct.knows(nameOf(move)) && move.isPossible(run));
}

export { makeMove, nameOf };

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomBy(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
