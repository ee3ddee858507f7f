import { describe, expect, it } from '@jest/globals';
import { setup } from 'xstate';

import { TIMERS } from '../../machines/index.js';
import { serverLimits, type ServerLimits } from '../../src/server/params.js';
import { serverTimers } from '../../src/session/server/server-timers.js';
import { committed } from '../support/generate/committed.js';
import { limitsPage } from '../support/generate/limits.js';
import { OVERLOAD_POLICIES, SERVER_CAPS } from '../support/generate/server-caps.js';
import { CEILINGS, DRAIN_TIMERS } from '../support/generate/timer-facts.js';
import { declaredTimers } from '../support/generate/timer-states.js';
import { CLIENT_TIMERS, SERVER_TIMERS } from '../support/generate/timers.js';

const declared = [...new Set(declaredTimers().map(({ timer }) => timer))];

describe('docs/limits.md', () => {
  it('docs/limits.md agrees with the charts and src/constants.ts (UPDATE_GENERATED=1 renews it)', () => {
    const page = limitsPage();
    expect(committed('docs/limits.md', page)).toBe(page);
  });

  it('docs/limits.md names every state that declares a timer', () => {
    const page = limitsPage();
    for (const { chart, state, timer } of declaredTimers()) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${timer}\``));
      expect(row).toContain(`${chart} \`${state}\``);
    }
  });
});

describe('the timers', () => {
  it('states declare exactly the timers of the list', () => {
    expect([...declared].sort()).toEqual([...TIMERS].sort());
  });

  it('each timer of a server is declared by a state or is a ceiling', () => {
    const names = [...Object.keys(serverTimers({}, {})), ...Object.keys(DRAIN_TIMERS)];
    expect([...SERVER_TIMERS].sort()).toEqual(names.sort());
    expect(SERVER_TIMERS.filter((name) => !declared.includes(name))).toEqual(CEILINGS);
  });

  it('each timer that a state declares is one of a server or of a client', () => {
    const listed = new Set<string>([...SERVER_TIMERS, ...Object.keys(CLIENT_TIMERS)]);
    expect(declared.filter((timer) => !listed.has(timer))).toEqual([]);
  });

  it('timers are found wherever they are declared', () => {
    const machine = setup({}).createMachine({
      id: 'sample',
      initial: 'outer',
      states: {
        outer: { meta: { timer: 'a' }, initial: 'inner', states: { inner: { meta: { timer: 'b' } } } },
        bare: {},
      },
    });
    expect(declaredTimers([machine])).toEqual([
      { chart: 'sample', state: 'outer', timer: 'a' },
      { chart: 'sample', state: 'outer.inner', timer: 'b' },
    ]);
  });
});

describe('the caps of a server', () => {
  it('docs/limits.md has every cap of a server', () => {
    const { overload: _, ...caps } = serverLimits({}) as Required<ServerLimits>;
    expect(Object.keys(SERVER_CAPS)).toEqual(expect.arrayContaining(Object.keys(caps)));
  });

  it('the caps of a server have exactly the policies on docs/limits.md', () => {
    for (const policy of Object.keys(OVERLOAD_POLICIES) as (keyof typeof OVERLOAD_POLICIES)[]) {
      expect(serverLimits({ overload: policy }).overload).toBe(policy);
    }
    const message = `overload: must be one of ${Object.keys(OVERLOAD_POLICIES).join(', ')} (got "queue")`;
    expect(() => serverLimits({ overload: 'queue' as never })).toThrow(message);
  });
});
