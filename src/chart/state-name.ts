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
