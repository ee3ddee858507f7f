import { exchangeMachine } from '../../../machines/exchange.machine.js';
import { sessionMachine } from '../../../machines/session.machine.js';
import { endCharts } from '../../../src/testing/product/index.js';
import { altered, stateAt, type StateNodeConfig } from './altered.js';

/*
 * Two mistakes of the product that the checker has found, each with the least that mends it. They stand here, so that what
 * is known does not hide what is not; `known-mistakes.test.ts` says what they do.
 */

/**
 * An offer to switch that was sent whole still counts as `requesting`, and a client session limits its wait for the
 * answer only once it is not requesting any more. The tag belongs where something is still to be sent.
 */
export function limitTheWaitForOffers(root: StateNodeConfig): void {
  const offered = stateAt(root, 'active.cycle.request.offered');
  delete offered.tags;
  for (const name of ['awaitingContinue', 'continued', 'body']) {
    const state = stateAt(offered, name);
    state.tags = ['requesting', state.tags ?? []].flat();
  }
}

export const mendedExchange = altered(exchangeMachine, limitTheWaitForOffers);

/**
 * A client says `request.stream` of a request that must not be sent twice, meaning the region `replay`; but the region of
 * the request takes it as well, and forgets that the body waits for 100 Continue. Said first, it does no harm.
 */
export const MENDED_RULES = { forbidsReplayFirst: true } as const;

type Machine = Parameters<typeof altered>[0];

/** The product as it is explored, with a machine replaced at will. */
export function bothEnds(machines: { session?: Machine; exchange?: Machine } = {}) {
  const charts = endCharts({ session: sessionMachine, exchange: mendedExchange, ...machines });
  return { client: charts, server: charts, rules: MENDED_RULES };
}
