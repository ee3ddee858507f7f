import { dotted, regionsOf } from '../chart/state-name.js';

/** A state as XState says it: a name, or the states within it by their names. */
export type StateValue = string | { readonly [state: string]: StateValue };

/** Names come from the charts, so that there are a hundred of them; each transition of each session asks for one. */
const values = new Map<string, StateValue>();
const names = new WeakMap<object, string>();

/**
 * The value of a state whose name is dotted, as the charts tell it: `connected.open`, and for regions that are active
 * together `request.idle,response.idle`; within another region these stand in parentheses.
 */
export function stateValueOf(name: string): StateValue {
  let value = values.get(name);
  if (value === undefined) values.set(name, (value = parsed(name)));
  return value;
}

/** The name of a state by its value; of one that was parsed here, without looking at it. */
export function nameOfStateValue(value: StateValue): string {
  if (typeof value === 'string') return value;
  let name = names.get(value);
  if (name === undefined) names.set(value, (name = dotted(value)));
  return name;
}

function parsed(name: string): StateValue {
  const regions = regionsOf(name);
  if (regions.length > 1) return Object.assign({}, ...regions.map(nested)) as StateValue;
  return /[.(]/.test(name) ? nested(name) : name;
}

/** Of one region: what stands before its first dot or parenthesis is the state, the rest is within it. */
function nested(region: string): Record<string, StateValue> {
  const end = region.search(/[.(]/);
  if (end === -1) return { [region]: {} };
  const rest = region[end] === '(' ? region.slice(end + 1, -1) : region.slice(end + 1);
  return { [region.slice(0, end)]: parsed(rest) };
}
