import { expect, it } from '@jest/globals';

import { expectSame, type Scenario, type Trial } from './both-servers.js';

type Listener = NonNullable<Scenario['listener']>;

/** Answers at once. */
export const hello: Listener = (_request, response) => {
  response.end('hello');
};

/** Answers with the body of the request. */
export const echo: Listener = async (request, response) => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  response.end(Buffer.concat(pieces));
};

/** Requests that are sent at once, and whose last response is over when the client leaves. */
export function answered(data: string, listener: Listener = hello, count = 1): Scenario {
  return {
    listener,
    client: async ({ connect, log }) => {
      await connect(data);
      await log.saw(/^res \d close/, count);
      await log.saw(/^req \d close/, count);
    },
  };
}

/** A client that sends everything, and waits for the end of the connection. */
export function untilEnd(data: string): Scenario['client'] {
  return async ({ connect }: Trial) => {
    const client = await connect(data);
    await client.ended();
  };
}

/** One test for each scenario: events and bytes are those of node:http. */
export function sameAsNode(table: Readonly<Record<string, Scenario>>): void {
  it.each(Object.entries(table))('%s: as on node:http', async (_name, scenario) => {
    const { events } = await expectSame(scenario);
    // A scenario in which nothing happens proves nothing.
    expect(events.length).toBeGreaterThan(0);
  });
}
