import { regionsOf } from './model/state-paths.js';

/** A state as XState says it: a name, or the states within it by their names. */
export type StateValue = string | { readonly [state: string]: StateValue };

/**
 * The value of a state whose name is dotted, as the charts tell it: `connected.open`, and for regions that are active
 * together `request.idle,response.idle`; within another region these stand in parentheses.
 */
export function stateValueOf(name: string): StateValue {
  const regions = regionsOf(name);
  if (regions.length > 1) return Object.assign({}, ...regions.map(nested)) as StateValue;
  return /[.(]/.test(name) ? nested(name) : name;
}

/** Of one region: what stands before its first dot or parenthesis is the state, the rest is within it. */
function nested(region: string): Record<string, StateValue> {
  const end = region.search(/[.(]/);
  if (end === -1) return { [region]: {} };
  const rest = region[end] === '(' ? region.slice(end + 1, -1) : region.slice(end + 1);
  return { [region.slice(0, end)]: stateValueOf(rest) };
}
