/**
 * A chart as the diagrams see it: states and arrows, resolved from the public shape of an XState machine. The shape
 * is described structurally, so that drawing a chart needs no xstate at run time.
 */

/** What is read of a transition of an XState machine. */
export interface TransitionSource {
  readonly eventType: string;
  readonly target?: readonly { readonly id: string }[] | undefined;
  readonly actions: readonly unknown[];
  readonly guard?: unknown;
  readonly reenter: boolean;
}

/** What is read of a state node of an XState machine. */
export interface StateSource {
  readonly id: string;
  readonly key: string;
  readonly type: string;
  readonly description?: string | undefined;
  readonly tags: readonly string[];
  readonly entry: readonly unknown[];
  readonly exit: readonly unknown[];
  readonly invoke: readonly { readonly src: unknown }[];
  readonly initial?: { readonly target: readonly { readonly id: string }[] } | undefined;
  readonly states: Readonly<Record<string, StateSource>>;
  readonly transitions: ReadonlyMap<string, readonly TransitionSource[]>;
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
  /** The id of the state that the transition leads to; absent when the state is kept. */
  readonly target?: string;
  readonly actions: readonly string[];
  /** True when the state is left and entered again although it is kept. */
  readonly reenter: boolean;
}

/** One state with everything declared in it. */
export interface ChartState {
  /** The id of the machine and the keys down to the state, joined with dots: XState's own default. */
  readonly id: string;
  readonly key: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final';
  readonly description: string;
  readonly tags: readonly string[];
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

/**
 * Resolves a machine into states and transitions.
 *
 * @throws TypeError when the machine uses what the diagrams cannot show: history states, states with ids of their own,
 * guards, several targets, or actions and services without a name.
 */
export function readChart(machine: MachineSource): ChartState {
  const root = machine.root as StateSource;
  return readState(root, root.id);
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

function readState(node: StateSource, id: string): ChartState {
  if (node.id !== id) throw new TypeError(`a state with an id of its own cannot be drawn: ${id}`);
  const initial = node.type === 'compound' ? node.initial?.target[0]?.id : undefined;
  return {
    id: node.id,
    key: node.key,
    type: stateType(node),
    description: node.description ?? '',
    tags: node.tags,
    entry: node.entry.map((action) => nameOf(action, id)),
    exit: node.exit.map((action) => nameOf(action, id)),
    services: node.invoke.map(({ src }) => nameOf(src, id)),
    ...(initial === undefined ? {} : { initial }),
    states: Object.values(node.states).map((child) => readState(child, `${id}.${child.key}`)),
    transitions: [...node.transitions.values()].flat().map((transition) => readTransition(node, transition)),
  };
}

function stateType({ id, type }: StateSource): ChartState['type'] {
  if (type === 'atomic' || type === 'compound' || type === 'parallel' || type === 'final') return type;
  throw new TypeError(`a state of type "${type}" cannot be drawn: ${id}`);
}

function readTransition(node: StateSource, transition: TransitionSource): ChartTransition {
  const [target, ...more] = transition.target ?? [];
  if (transition.guard !== undefined) throw new TypeError(`a guard cannot be drawn: ${node.id}`);
  if (more.length > 0) throw new TypeError(`several targets cannot be drawn: ${node.id}`);
  return {
    source: node.id,
    event: transition.eventType,
    ...(target === undefined ? {} : { target: target.id }),
    actions: transition.actions.map((action) => nameOf(action, node.id)),
    reenter: transition.reenter,
  };
}

function nameOf(named: unknown, state: string): string {
  if (typeof named === 'string') return named;
  const type: unknown =
    typeof named === 'object' && named !== null && 'type' in named ? named.type : undefined;
  if (typeof type === 'string') return type;
  throw new TypeError(`an action or service without a name cannot be drawn: ${state}`);
}
