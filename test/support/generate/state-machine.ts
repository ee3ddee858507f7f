import { format, resolveConfig } from 'prettier';

import {
  callMachine,
  exchangeMachine,
  originMachine,
  placeMachine,
  poolMachine,
  serverMachine,
  sessionMachine,
  workerMachine,
} from '../../../machines/index.js';
import { eventLabel, isKept } from '../../../src/inspector/diagram/arrows.js';
import {
  isWithin,
  readChart,
  statesOf,
  type ChartState,
  type ChartTransition,
  type MachineSource,
} from '../../../src/inspector/diagram/chart.js';
import { toMermaid } from '../../../src/inspector/diagram/mermaid.js';
import {
  CALL_KINDS,
  PLACE_KINDS,
  POOL_KINDS,
  SERVER_KINDS,
  SESSION_KINDS,
  WORKER_KINDS,
  type EventKind,
} from './kinds.js';

const INTRODUCTION = `
# The state machines

<!-- Generated from machines/*.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/inspector/diagram -->

Eight charts say what a session, an exchange, a server, a pool of worker processes and a worker _are_, and for the client
layer an origin, a place in its pool of connections and a call. They are XState v5 machines, exported from
\`http-session-machine/machines\`, and this page is generated from them.

**Theory of operation.** A chart is finite: it has no context, no guards and no delays. Where another machine would look
at data, these have a sub-state or a distinct event, so that every state and every step can be seen, listed and tested.
A chart holds names; what an action or a service does is implemented by the session, the exchange, the server or a pool.
Events are few: commands of the owner, notices of the services, edges of messages. Bytes never pass through a chart.
An event is taken by the innermost active state that has a transition for it, else by that state's parent.
A service runs exactly as long as the state that names it is active; leaving the state stops the service.
States side by side in a dashed frame are active together, and each takes the event for itself.
\`done(x)\` says that the service or the region \`x\` has finished, \`error(x)\` that the service has failed.

**Legal, illegal, ignored.** An event with a transition is _legal_, also where the transition changes nothing (_stays_).
A command without a transition is _illegal_: the call fails with \`InvalidStateError\`, which names the state and the call,
and the chart is unchanged. A notice without a transition is _ignored_: it reports something that no longer matters.
`;

/** Writes the page about the charts: for each a diagram, its states, its transitions and what it refuses. */
export async function stateMachinePage(): Promise<string> {
  const page = [
    INTRODUCTION,
    section(sessionMachine, SESSION_KINDS),
    section(exchangeMachine, undefined),
    section(serverMachine, SERVER_KINDS),
    section(poolMachine, POOL_KINDS),
    section(workerMachine, WORKER_KINDS),
    section(originMachine, undefined),
    section(placeMachine, PLACE_KINDS),
    section(callMachine, CALL_KINDS),
  ].join('\n');
  const config = await resolveConfig(new URL('../../../package.json', import.meta.url));
  return format(page, { ...config, parser: 'markdown' });
}

function section(machine: MachineSource, kinds: Readonly<Record<string, EventKind>> | undefined): string {
  const chart = readChart(machine);
  const states = statesOf(chart).slice(1);
  return [
    `## The ${chart.key} chart`,
    chart.description,
    `![The ${chart.key} chart](diagrams/${chart.key}.svg)`,
    `\`\`\`mermaid\n${toMermaid(chart)}\`\`\``,
    `### States of the ${chart.key} chart`,
    table(
      ['State', 'Description', 'Tags', 'Services', 'Timers'],
      states.map((state) => stateRow(state, chart)),
    ),
    `### Transitions of the ${chart.key} chart`,
    table(
      ['State', 'Event', 'Target', 'Actions'],
      statesOf(chart).flatMap(({ transitions }) =>
        transitions.map((transition) => transitionRow(transition, chart)),
      ),
    ),
    ...(kinds === undefined ? [] : [`### What the ${chart.key} chart refuses`, refusals(chart, kinds)]),
  ].join('\n\n');
}

function stateRow(state: ChartState, chart: ChartState): readonly string[] {
  return [
    code(pathOf(state.id, chart)),
    state.description,
    codes(state.tags),
    codes(state.services),
    codes(state.timers),
  ];
}

function transitionRow(transition: ChartTransition, chart: ChartState): readonly string[] {
  const { source, event, target, actions, reenter } = transition;
  const kept = reenter ? 're-enters' : 'stays';
  const destination = isKept(transition) || target === undefined ? kept : code(pathOf(target, chart));
  return [code(pathOf(source, chart)), code(eventLabel(event)), destination, codes(actions)];
}

/* Only for charts without parallel states, where one leaf is the whole state. */
function refusals(chart: ChartState, kinds: Readonly<Record<string, EventKind>>): string {
  const leaves = statesOf(chart).filter(({ states }) => states.length === 0);
  const rows = leaves.map((leaf) => {
    const lineage = statesOf(chart).filter(({ id }) => isWithin(leaf.id, id));
    const taken = new Set(lineage.flatMap(({ transitions }) => transitions.map(({ event }) => event)));
    const refused = (kind: EventKind): string =>
      codes(
        Object.keys(kinds)
          .filter((event) => kinds[event] === kind && !taken.has(event))
          .map(eventLabel),
      );
    return [code(pathOf(leaf.id, chart)), refused('command'), refused('notice')];
  });
  return table(['State', 'Illegal', 'Ignored'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function pathOf(id: string, chart: ChartState): string {
  return id === chart.id ? 'any state' : id.slice(chart.id.length + 1);
}

function codes(names: readonly string[]): string {
  return names.map(code).join(', ');
}

function code(name: string): string {
  return `\`${name}\``;
}
