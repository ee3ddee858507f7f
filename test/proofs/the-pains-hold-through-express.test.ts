import { describe, expect, it } from '@jest/globals';

import { committed, withBlock } from '../support/generate/committed.js';
import { aligned } from '../support/generate/markdown-table.js';
import '../support/http/faults.js';
import { PAINS } from '../support/proofs/pains.js';
import { WAYS, type Way } from '../support/proofs/ways.js';

/*
 * What hurts on servers, tried on an Express application over TCP: on our sessions, and on node:http under a supervisor.
 * The table of docs/existing-servers.md is what is seen here.
 */

const [onSessions, supervised] = WAYS as [Way, Way];

describe('Express on our sessions', () => {
  it.each(PAINS.map((pain) => [pain.name, pain] as const))('on sessions: %s', async (_name, pain) => {
    expect(await pain.see(onSessions)).toBe(pain.due);
  });
});

describe('Express on node:http under a supervisor', () => {
  it.each(PAINS.map((pain) => [pain.name, pain] as const))('under supervise(): %s', async (_name, pain) => {
    expect(await pain.see(supervised)).toBe(pain.supervised);
  });
});

describe('docs/existing-servers.md', () => {
  it('the page says of each pain what is seen on each way', () => {
    const rows = PAINS.map(({ name, due, supervised }) => [
      name,
      due,
      supervised === due ? 'the same' : supervised,
    ]);
    const table = aligned([['', '`onSessions`', '`supervise`'], ...rows]).join('\n');
    const page = 'docs/existing-servers.md';
    const due = withBlock(committed(page), 'pains', table);
    expect(committed(page, due)).toBe(due);
  });
});
