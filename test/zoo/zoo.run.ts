import { describe, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { exploreClient, exploreServer } from './explore/drive.js';
import { CLIENTS } from './members/clients.js';
import { SERVERS } from './members/servers.js';
describe('x', () => {
  it.each(SERVERS.map((m) => [m.name, m] as const))('%s', async (name, m) => {
    const t = performance.now();
    const r = await exploreServer(m);
    writeFileSync(`/tmp/zoo-${name.replace(/\W/g, '')}.json`, JSON.stringify({ ms: performance.now() - t, ...r }, null, 1));
  });
  it.each(CLIENTS.map((m) => [m.name, m] as const))('client %s', async (name, m) => {
    const t = performance.now();
    const r = await exploreClient(m);
    writeFileSync(`/tmp/zoo-c-${name.replace(/\W/g, '')}.json`, JSON.stringify({ ms: performance.now() - t, ...r }, null, 1));
  });
});
