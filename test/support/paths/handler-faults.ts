import type { Ending, HandlerStage } from './handler-stage.js';
import type { HandlerState } from './handler-states.js';

/** Something that goes wrong while a handler is at work. */
export interface HandlerFault {
  readonly ending: Ending;
  /** Lets it come. */
  strike(stage: HandlerStage, state: HandlerState): unknown;
}

const byItself = (): undefined => undefined;

/** What can go wrong. While it comes from outside, the handler waits, and listens for its signal. */
export const HANDLER_FAULTS: Readonly<Record<string, HandlerFault>> = {
  'the handler throws': { ending: 'throws', strike: byItself },
  'the handler rejects': { ending: 'rejects', strike: byItself },
  FIN: { ending: 'waits', strike: ({ far }) => far.fin() },
  RST: { ending: 'waits', strike: ({ far }) => far.reset() },
  garbage: { ending: 'waits', strike: ({ far }, { garbage }) => far.send(garbage) },
  'time passes': { ending: 'waits', strike: ({ clock }) => clock.advance(70_000) },
  'abort()': {
    ending: 'waits',
    strike: ({ session }) => {
      session.abort();
    },
  },
};
