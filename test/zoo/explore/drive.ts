import {
  clientDriver,
  clientModel,
  serverDriver,
  serverModel,
  type ClientDriver,
  type Driver,
  type ServerDriver,
} from '../../../src/testing/index.js';
import { SHORT, type ClientMember, type Member, type ServerMember } from '../members/member.js';
import { Choices, CLIENT_CHOOSING, SERVER_CHOOSING } from './choices.js';
import type { Exploration } from './difference.js';
import { Explorer } from './explore.js';

/** Milliseconds after which what has not happened is taken not to happen: where no time has to pass, and where it has. */
const PATIENCE = { swift: 1000, slow: SHORT + 2000 };

/** Its timers are short where they are meant to expire, and long where an expiry would be a mishap. */
const NOTHING = (): void => undefined;

function isSlow(event: string): boolean {
  return event === 'stall' || event.startsWith('wait.');
}

/** Finds out what a server does differently. */
export async function exploreServer(member: ServerMember): Promise<Exploration> {
  return withBoth(member, async (open, slow) => {
    const driverOf = ({ port }: { readonly port: number }, patience: number): ServerDriver =>
      serverDriver({
        name: member.name,
        port,
        echo: '/echo',
        timeouts: { idle: NOTHING, head: NOTHING, body: NOTHING },
        patience,
      });
    const choices = new Choices(SERVER_CHOOSING, 'server');
    const driver = choices.watching(divided(driverOf(open, PATIENCE.swift), driverOf(slow, PATIENCE.slow)));
    return { ...(await new Explorer(serverModel, driver, isSlow).explore()), choices: choices.all() };
  });
}

/** Finds out what a client does differently. */
export async function exploreClient(member: ClientMember): Promise<Exploration> {
  return withBoth(member, async (open, slow) => {
    const driverOf = ({ ask }: typeof open, patience: number): ClientDriver =>
      clientDriver({ name: member.name, ask, wait: NOTHING, patience });
    const choices = new Choices(CLIENT_CHOOSING, 'client');
    const driver = choices.watching(divided(driverOf(open, PATIENCE.swift), driverOf(slow, PATIENCE.slow)));
    return { ...(await new Explorer(clientModel, driver, isSlow).explore()), choices: choices.all() };
  });
}

/** Paths on which time has to pass go to a driver of their own. */
function divided<TEvent extends string>(swift: Driver<TEvent>, slow: Driver<TEvent>): Driver<TEvent> {
  return {
    ...swift,
    start: (journey) => (journey.path.steps.some(({ event }) => isSlow(event)) ? slow : swift).start(journey),
  };
}

async function withBoth<TOpen extends { readonly close: () => Promise<unknown> }>(
  { open }: Member<TOpen>,
  use: (swift: TOpen, slow: TOpen) => Promise<Exploration>,
): Promise<Exploration> {
  const swift = await open();
  const slow = await open(SHORT);
  try {
    return await use(swift, slow);
  } finally {
    await Promise.all([swift.close(), slow.close()]);
  }
}
