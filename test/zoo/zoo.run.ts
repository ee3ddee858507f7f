import { beforeAll, describe, expect, it } from '@jest/globals';

import { committed } from '../support/generate/committed.js';
import type { Exploration } from './explore/difference.js';
import { exploreClient, exploreServer } from './explore/drive.js';
import { CLIENTS } from './members/clients.js';
import type { Member } from './members/member.js';
import { SERVERS } from './members/servers.js';
import type { Finding, Findings } from './page/finding.js';
import { zooPage } from './page/page.js';
import { judgementOf } from './page/requirements.js';

/** They have servers, ports and connections of their own, and mostly wait: all at the same time. */
function all<TOpen>(
  members: readonly Member<TOpen>[],
  explore: (member: Member<TOpen>) => Promise<Exploration>,
): Promise<Finding[]> {
  return Promise.all(members.map(async (member) => ({ ...member, ...(await explore(member)) })));
}

describe('the zoo', () => {
  let findings: Findings;

  beforeAll(async () => {
    findings = { servers: await all(SERVERS, exploreServer), clients: await all(CLIENTS, exploreClient) };
  }, 170_000);

  it('the zoo has no unjudged differences', () => {
    const found = [...findings.servers, ...findings.clients];
    const unjudged = found.flatMap(({ name, differences }) =>
      differences
        .filter((difference) => judgementOf(difference) === undefined)
        .map((difference) => ({ name, ...difference })),
    );
    expect(unjudged).toEqual([]);
  });

  it('the zoo has no failures that did not recur', () => {
    const passing = [...findings.servers, ...findings.clients].flatMap((finding) => finding.passing);
    expect(passing).toEqual([]);
  });

  it('docs/zoo.md describes the zoo (UPDATE_GENERATED=1 renews it)', () => {
    const page = zooPage(findings);
    expect(committed('docs/zoo.md', page)).toBe(page);
  });
});
