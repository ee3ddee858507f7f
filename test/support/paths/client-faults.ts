import { BodyFeed } from '../../../src/session/message/body-feed.js';
import type { ClientState } from './client-states.js';
import type { ClientStage } from './client-stage.js';

/** Something that goes wrong for a client. */
export interface ClientFault {
  /** Lets it come. */
  strike(stage: ClientStage, state: ClientState): unknown;
  /** What there would have to be for it; a cell of a state without that cannot come about. */
  readonly needs: keyof typeof NEEDS;
}

/** What a fault needs, and how a session tells that it is not there. */
export const NEEDS = {
  'a connection': ({ session, far }: ClientStage) => far !== undefined && session.socket() !== null,
  'a session': () => true,
  'a request': ({ isPending }: ClientStage) => isPending,
  'a producer of a body': ({ producer }: ClientStage) => producer.isAsked,
  'a reader of a body': ({ session }: ClientStage) => session.core.reader instanceof BodyFeed,
} as const;

/** What can go wrong. A throw in a listener goes along with each of these, in a run of its own. */
export const CLIENT_FAULTS: Readonly<Record<string, ClientFault>> = {
  FIN: { strike: ({ far }) => far?.fin(), needs: 'a connection' },
  RST: { strike: ({ far }) => far?.reset(), needs: 'a connection' },
  garbage: { strike: ({ far }, { garbage }) => far?.send(garbage), needs: 'a connection' },
  'time passes': { strike: ({ clock }, { patience }) => clock.advance(patience), needs: 'a session' },
  'abort()': {
    strike: ({ session }) => {
      session.abort();
    },
    needs: 'a session',
  },
  'signal of the request': {
    strike: ({ controller }) => {
      controller.abort();
    },
    needs: 'a request',
  },
  'signal of the read': {
    strike: ({ reading }) => {
      reading.abort();
    },
    needs: 'a reader of a body',
  },
  'the producer throws': {
    strike: ({ producer }) => {
      producer.throw();
    },
    needs: 'a producer of a body',
  },
  'the consumer throws': {
    strike: (stage, { piece = '' }) => {
      stage.consumerThrows = true;
      return stage.far?.send(piece);
    },
    needs: 'a reader of a body',
  },
};
