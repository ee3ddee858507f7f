/**
 * A chart as the diagrams see it: states and arrows, resolved from the public shape of an XState machine. The shape
 * is described structurally, so that drawing a chart needs no xstate at run time.
 */

/** What is read of a transition of an XState machine. */
export interface TransitionSource {
  readonly eventType: string;
  readonly target?: readonly { readonly path: readonly string[] }[] | undefined;
  readonly actions: readonly unknown[];
  readonly guard?: unknown;
  readonly reenter: boolean;
}

/** What is read of a state node of an XState machine. */
export interface StateSource {
  readonly id: string;
  readonly key: string;
  /** The keys from the root down to the state. */
  readonly path: readonly string[];
  readonly type: string;
  readonly description?: string | undefined;
  readonly tags: readonly string[];
  readonly meta?: unknown;
  readonly entry: readonly unknown[];
  readonly exit: readonly unknown[];
  readonly invoke: readonly { readonly src: unknown }[];
  readonly initial?: { readonly target: readonly { readonly path: readonly string[] }[] } | undefined;
  /** Of a history state: which of its siblings' sub-states it remembers. */
  readonly history: unknown;
  readonly states: Readonly<Record<string, StateSource>>;
  readonly transitions: ReadonlyMap<string, readonly TransitionSource[]>;
  /** Transitions that need no event. */
  readonly always?: readonly TransitionSource[] | undefined;
}

/** What is read of an XState machine: its resolved state nodes and the config it was made from. */
export interface MachineSource {
  readonly config: unknown;
  readonly root: unknown;
}

/** One transition: what an event does in the state that declares it. */
export interface ChartTransition {
  /** The id of the state that declares the transition. */
  readonly source: string;
  readonly event: string;
  /** The name of the condition under which it is taken; absent when there is none. */
  readonly guard?: string;
  /** The id of the state that the transition leads to; absent when the state is kept. */
  readonly target?: string;
  readonly actions: readonly string[];
  /** True when the state is left and entered again although it is kept. */
  readonly reenter: boolean;
}

/** One state with everything declared in it. */
export interface ChartState {
  /** The id of the machine and the keys down to the state, joined with dots, also where the state has an id of its own. */
  readonly id: string;
  readonly key: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly description: string;
  readonly tags: readonly string[];
  /** Names of the timers that run while the state is active, as its `meta.timer` says. */
  readonly timers: readonly string[];
  /** Names of the actions run when the state is entered, and when it is left. */
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  /** Names of the services that run while the state is active. */
  readonly services: readonly string[];
  /** The id of the sub-state that is entered first; absent when the state is not compound. */
  readonly initial?: string;
  readonly states: readonly ChartState[];
  readonly transitions: readonly ChartTransition[];
}

/** How an action, a guard or a service is called that has no name, as those of another program whose code stayed there. */
export const ANONYMOUS = 'anonymous';

/** The event of a transition that needs none. */
export const ALWAYS = 'always';

/** Resolves a machine into states and transitions; one with several targets becomes as many transitions. */
export function readChart(machine: MachineSource): ChartState {
  const root = machine.root as StateSource;
  return readState(root, root.key);
}

/** Lists a state and everything below it in document order. */
export function statesOf(state: ChartState): readonly ChartState[] {
  return [state, ...state.states.flatMap(statesOf)];
}

/** True when `inner` is `outer` or lies below it. */
export function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}.`);
}

/** True for the state that stands for the whole machine. */
export function isRoot({ id, key }: ChartState): boolean {
  return id === key;
}

/** Where a state is, from the root of its chart: dotted, empty for the root itself. */
export function pathOf(id: string, chart: ChartState): string {
  return id.slice(chart.id.length + 1);
}

function readState(node: StateSource, rootKey: string): ChartState {
  const initial = node.type === 'compound' ? node.initial?.target[0] : undefined;
  return {
    id: idOf(node, rootKey),
    key: node.key,
    type: stateType(node),
    description: node.description ?? '',
    tags: node.tags,
    timers: timersIn(node.meta),
    entry: node.entry.map(nameOf),
    exit: node.exit.map(nameOf),
    services: node.invoke.map(({ src }) => nameOf(src)),
    ...(initial === undefined ? {} : { initial: idOf(initial, rootKey) }),
    states: Object.values(node.states).map((child) => readState(child, rootKey)),
    transitions: [...node.transitions.values(), node.always ?? []]
      .flat()
      .flatMap((transition) => readTransition(node, transition, rootKey)),
  };
}

/* The meta of another program's machine may hold anything. */
function timersIn(meta: unknown): readonly string[] {
  const timer: unknown = typeof meta === 'object' && meta !== null && 'timer' in meta ? meta.timer : [];
  return [timer].flat().filter((name) => typeof name === 'string');
}

function idOf({ path }: { readonly path: readonly string[] }, rootKey: string): string {
  return [rootKey, ...path].join('.');
}

function stateType({ id, type }: StateSource): ChartState['type'] {
  switch (type) {
    case 'atomic':
    case 'compound':
    case 'parallel':
    case 'final':
    case 'history':
      return type;
    default:
      throw new TypeError(`a state of type "${type}" cannot be drawn: ${id}`);
  }
}

function readTransition(node: StateSource, transition: TransitionSource, rootKey: string): ChartTransition[] {
  const { eventType, guard, actions, reenter } = transition;
  const common = {
    source: idOf(node, rootKey),
    event: eventType === '' ? ALWAYS : eventType,
    ...(guard === undefined || guard === null ? {} : { guard: nameOf(guard) }),
  };
  const effects = { actions: actions.map(nameOf), reenter };
  if (transition.target === undefined || transition.target.length === 0) return [{ ...common, ...effects }];
  return transition.target.map((target) => ({ ...common, target: idOf(target, rootKey), ...effects }));
}

/* What XState calls its own actions (`xstate.assign`), and a service without a name (`xstate.invoke.0.place`). */
const BUILT_IN = /^xstate\.(\w+)$/;

function nameOf(named: unknown): string {
  const type: unknown = typeof named === 'object' && named !== null && 'type' in named ? named.type : named;
  if (typeof type !== 'string' || type === '' || type.startsWith('xstate.invoke.')) return ANONYMOUS;
  return BUILT_IN.exec(type)?.[1] ?? type;
}
