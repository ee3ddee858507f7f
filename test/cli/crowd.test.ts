import { setImmediate as nextLoopTurn } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { Crowd } from '../../src/cli/crowd.js';
import { listenOn } from '../../src/cli/routes.js';
import { watchAnswers } from '../../src/cli/serve-log.js';
import { VirtualClock } from '../../src/transport/index.js';

describe('the crowd of npm start', () => {
  it('within seconds it asks for fast and slow paths, uploads, fails and gives up; then it leaves', async () => {
    const clock = new VirtualClock();
    const { server, host, port } = await listenOn('127.0.0.1', 0);
    const answered = new Map<string, number>();
    const end = watchAnswers(server, ({ target, status }) => {
      const what = `${target} ${String(status)}`;
      answered.set(what, (answered.get(what) ?? 0) + 1);
    });
    const crowd = new Crowd(host, port, clock);
    crowd.start();
    const wanted = ['/ 200', '/json 200', '/204 204', '/missing 404', '/sink 200', '/slow-read 200'];
    while (wanted.some((one) => !answered.has(one))) {
      await clock.advance(50);
      await nextLoopTurn();
    }
    expect(answered.get('/json 200')).toBeGreaterThan(3);
    crowd.stop();
    end();
    const { aborted } = await server.drain();
    expect(aborted).toBe(0);
  });
});
