import { describe, expect, it } from '@jest/globals';

import { arrowsOf, eventLabel } from '../../../src/inspector/diagram/arrows.js';
import { readChart, statesOf } from '../../../src/inspector/diagram/chart.js';
import { toMermaid } from '../../../src/inspector/diagram/mermaid.js';
import { CHARTS, DOOR } from './charts.js';

const EVERY_LINE = [
  /^stateDiagram-v2$/,
  /^direction (TB|LR)$/,
  /^state "[\w ]+" as \w+( \{)?$/,
  /^\w+ : [\w.(),/ -]+$/,
  /^(\[\*\]|\w+) --> (\[\*\]|\w+)$/,
  /^\w+ --> \w+ : [\w.()]+(<br\/>[\w.()]+)*$/,
  /^note right of \w+$/,
  /^end note$/,
  /^--$/,
  /^\}$/,
];
const INSIDE_NOTE = /^(entry|exit|do|[\w.()]+) (\/ [\w, -]+|\(stays\))$/;

describe('a Mermaid diagram', () => {
  it('a Mermaid diagram nests states, marks initial ones, and lists what keeps a state', () => {
    expect(toMermaid(readChart(DOOR))).toBe(`stateDiagram-v2
  direction TB
  state "shut" as shut {
    shut_locked : locked
    shut_locked : key.drop (stays)
    state "unlocked" as shut_unlocked
    [*] --> shut_locked
    shut_locked --> shut_unlocked : key.turn
    shut_unlocked --> shut_locked : key.turn
  }
  state "open" as open {
    state "wing" as open_wing {
      state "moving" as open_wing_moving
      state "still" as open_wing_still
      open_wing_still --> [*]
      [*] --> open_wing_moving
      open_wing_moving --> open_wing_still : wing.stop
    }
    --
    state "guest" as open_guest {
      state "outside" as open_guest_outside
      state "inside" as open_guest_inside
      open_guest_inside --> [*]
      [*] --> open_guest_outside
      open_guest_outside --> open_guest_inside : guest.pass
    }
  }
  broken : broken
  broken : door.break / re-enter, shriek
  [*] --> shut
  door_any : any state
  door_any : door.look / look
  door_any --> broken : door.break
  shut --> open : door.open<br/>door.pull
  shut --> broken : error(watch)
  shut_unlocked --> open : door.force
  open --> shut : done(open)
  note right of shut
    do / watch
    door.knock / ring, wake
  end note
  note right of open
    entry / greet
    exit / wave
  end note
`);
  });

  it.each(CHARTS)(
    'the Mermaid diagram of the %s chart shows every state and every transition',
    (_, machine) => {
      const chart = readChart(machine);
      const lines = new Set(
        toMermaid(readChart(machine))
          .split('\n')
          .map((line) => line.trim()),
      );
      for (const { source, target, events, inward } of arrowsOf(chart)) {
        const [from, to] = [source, target].map((id) => id.replace(`${chart.id}.`, '').replaceAll('.', '_'));
        expect(lines).toContain(
          `${from}${inward ? '_any' : ''} --> ${to} : ${events.map(eventLabel).join('<br/>')}`,
        );
      }
      const declared = [...lines].join('\n');
      for (const { id } of statesOf(chart).slice(1)) {
        const node = id.replace(`${chart.id}.`, '').replaceAll('.', '_');
        expect(declared).toMatch(new RegExp(`^(state "\\w+" as ${node}( \\{)?|${node} : .*)$`, 'm'));
      }
    },
  );

  it.each(CHARTS)(
    'the Mermaid diagram of the %s chart has known statements only and closes its blocks',
    (_, machine) => {
      const lines = toMermaid(readChart(machine))
        .trim()
        .split('\n')
        .map((line) => line.trim());
      let inNote = false;
      for (const line of lines) {
        if (line === 'end note') inNote = false;
        const known = inNote ? [INSIDE_NOTE] : EVERY_LINE;
        expect([line, known.some((statement) => statement.test(line))]).toEqual([line, true]);
        if (line.startsWith('note ')) inNote = true;
      }
      expect(inNote).toBe(false);
      expect(lines.filter((line) => line.endsWith('{'))).toHaveLength(
        lines.filter((line) => line === '}').length,
      );
    },
  );

  it.each(CHARTS)(
    'the Mermaid diagram of the %s chart declares a state before an arrow mentions it',
    (_, machine) => {
      const declared = new Set<string>(['[*]']);
      for (const line of toMermaid(readChart(machine))
        .split('\n')
        .map((text) => text.trim())) {
        const [, declaration] = /^state ".*" as (\w+)/.exec(line) ?? /^(\w+) : /.exec(line) ?? [];
        if (declaration !== undefined) declared.add(declaration);
        const [, from, to] = /^(\S+) --> (\S+)/.exec(line) ?? [];
        if (from !== undefined && to !== undefined) {
          expect(declared).toContain(from);
          expect(declared).toContain(to);
        }
      }
    },
  );
});
