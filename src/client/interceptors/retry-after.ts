/**
 * How long a server asks a client to wait, in milliseconds; `null` when it does not say, or says something else than RFC 9110
 * section 10.2.3 allows. A date in the past is 0.
 *
 * @param now - milliseconds since the Unix epoch.
 */
export function retryAfterOf(field: string | undefined, now: number): number | null {
  if (field === undefined) return null;
  const text = field.trim();
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1_000;
  // `Date.parse` takes almost anything, so the form of a date is looked at first.
  if (!/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(text)) return null;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
