import { describe, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { exploreClient, exploreServer } from './explore/drive.js';
import { CLIENTS } from './members/clients.js';
import { SERVERS } from './members/servers.js';
describe('x', () => {
  it('servers', async () => { await Promise.all(SERVERS.map(async (m) => {
    const t = performance.now();
    const r = await exploreServer(m);
    writeFileSync(`/tmp/zoo-${m.name.replace(/\W/g, '')}.json`, JSON.stringify({ ms: performance.now() - t, ...r }, null, 1));
  }))});
  it('clients', async () => { await Promise.all(CLIENTS.map(async (m) => {
    const t = performance.now();
    const r = await exploreClient(m);
    writeFileSync(`/tmp/zoo-c-${m.name.replace(/\W/g, '')}.json`, JSON.stringify({ ms: performance.now() - t, ...r }, null, 1));
  }))});
});
