import type { Difference } from '../explore/difference.js';

/** What drivers say, and how the table says it; the first that fits. */
const WORDS: readonly (readonly [seen: RegExp, told: string])[] = [
  [/^still connected: the server does not close$/, 'never closes'],
  [/^closed \((?:FIN|RST)\), after all answers$/, 'answers, and closes'],
  [/^closed \((?:FIN|RST)\), (?:\d+) of/, 'closes without an answer'],
  [/requests of this connection are answered, and waits$/, 'does not answer'],
  [/^the malformed request was answered (\d+)/, 'answers $1'],
  [/^the malformed request is neither answered nor refused$/, 'waits'],
  [/^request \d+ \([A-Z]+\) was answered (\d+(?: with another body)?)/, 'answers $1'],
  [/^closed, but an incomplete request was answered (\d+)/, 'answers $1'],
  [/there are more answers/, 'answers more than was asked'],
  [/100 Continue was not said/, 'does not say 100 Continue'],
  [/^message \d+ of this connection is malformed: ([^:]*)/, 'sends a malformed message: $1'],
  [/^the call failed/, 'fails'],
  [/^the call is not settled/, 'never settles'],
  [/^the call was answered/, 'takes it for an answer'],
  [/^a POST was sent again/, 'sends a POST again'],
  [/but the body is another/, 'takes another body'],
  [/but the status is (\d+)/, 'takes status $1'],
];

/** A difference in a few words, without what is not the same each time. */
export function told({ seen, isAlways, failed, passed }: Difference): string {
  const what = [...new Set(seen.map(inWords))].join(' or ');
  if (isAlways) return what;
  return passed.length > 0 ? `${what} on ${values(failed)}, not on ${values(passed)}` : `${what} at times`;
}

function inWords(seen: string): string {
  for (const [pattern, words] of WORDS) {
    const found = pattern.exec(seen);
    if (found !== null) return words.replace('$1', found[1] ?? '');
  }
  return seen.replace(/"[^"]*"…?/g, '…').replace(/\d{4,}/g, '…');
}

/** The values of payloads, which are plain data as text. */
function values(payloads: readonly string[]): string {
  return payloads
    .map((payload) => Object.values(JSON.parse(payload) as Record<string, unknown>).join(' '))
    .join(', ');
}
