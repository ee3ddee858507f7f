import { setup } from 'xstate';

import type { ExchangeEvent, ExchangeTag } from './exchange.events.js';
import type { TimerMeta } from './timers.js';

/** The types that all states of the exchange chart share. */
export const exchangeSetup = setup({
  types: {
    events: {} as ExchangeEvent,
    tags: {} as ExchangeTag,
    meta: {} as TimerMeta,
  },
});
