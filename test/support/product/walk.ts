import { Run } from '../../product/model/endpoint.js';
import { clientRole } from '../../product/model/client-role.js';
import { connect, unconnectedState } from '../../product/model/initial-state.js';
import { makeMove, nameOf } from '../../product/model/make-move.js';
import type { Move } from '../../product/model/move.js';
import { MOVES } from '../../product/model/moves.js';
import { productCharts } from '../../product/model/product-charts.js';
import { SOCKET } from '../../product/model/product-state.js';
import { DEFAULT_BOUNDS, PRODUCT_RULES, type Rules } from '../../product/model/rules.js';
import { serverRole } from '../../product/model/server-role.js';
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
