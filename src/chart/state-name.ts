/** A state value in dotted form: `connected.open`; parallel regions are joined by commas. */
export function dotted(value: unknown): string {
  if (typeof value === 'string') return value;
  return Object.entries(value as Record<string, unknown>)
    .map(([key, inner]) => {
      const rest = dotted(inner);
      return rest === '' ? key : rest.includes(',') ? `${key}(${rest})` : `${key}.${rest}`;
    })
    .join(',');
}

/**
 * The active states that a name stands for, each as a dotted path from the root: one for a simple state, one for each
 * region of those that are active together. `a.b(c.d,e)` is `a.b.c.d` and `a.b.e`.
 */
export function activePaths(name: string): readonly string[] {
  if (!/[,(]/.test(name)) return [name];
  return regionsOf(name).flatMap((region) => {
    const open = region.indexOf('(');
    if (open === -1) return [region];
    const outer = region.slice(0, open);
    return activePaths(region.slice(open + 1, -1)).map((inner) => `${outer}.${inner}`);
  });
}

/** Whether an actor in the state of that name is in `state`, or in a state within it. The empty path is the root. */
export function isInState(name: string, state: string): boolean {
  if (state === '') return true;
  return activePaths(name).some((path) => path === state || path.startsWith(`${state}.`));
}

/** Splits at the commas that stand in no parentheses. */
export function regionsOf(name: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < name.length; at++) {
    if (name[at] === '(') depth++;
    else if (name[at] === ')') depth--;
    else if (name[at] === ',' && depth === 0) {
      parts.push(name.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(name.slice(from));
  return parts;
}

/** Dotted names and all that stands in front of their dots: of `connected.open` also `connected`. */
export function withParents<TName extends string>(names: readonly TName[]): readonly WithParents<TName>[] {
  const all = names.flatMap((name) => {
    const steps = name.split('.');
    return steps.map((_, index) => steps.slice(0, index + 1).join('.'));
  });
  return [...new Set(all)] as WithParents<TName>[];
}

/** See `withParents`. */
export type WithParents<TName extends string> = TName | ParentsOf<TName>;

type ParentsOf<TName extends string> = TName extends `${infer Outer}.${infer Inner}`
  ? Outer | `${Outer}.${ParentsOf<Inner>}`
  : never;
