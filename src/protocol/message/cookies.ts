import { describeValue } from '../../errors/index.js';
import { isToken, sliceTrimmed } from '../grammar.js';

/** Cookies of the value of a Cookie field, in an object without a prototype. Of equal names the first counts. */
export function parseCookies(text: string): Record<string, string> {
  const cookies = Object.create(null) as Record<string, string>;
  for (const pair of text.split(';')) {
    const equals = pair.indexOf('=');
    const name = sliceTrimmed(pair, 0, Math.max(equals, 0));
    if (name !== '' && !(name in cookies)) cookies[name] = sliceTrimmed(pair, equals + 1, pair.length);
  }
  return cookies;
}

/** The value of a Cookie field. @throws TypeError for a name that is not a token, or a value that would end the cookie. */
export function formatCookies(cookies: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(cookies);
  for (const [name, value] of pairs as [string, unknown][]) {
    if (!isToken(name)) throw new TypeError(`cookie ${JSON.stringify(name)}: the name must be a token`);
    if (typeof value !== 'string' || value.includes(';')) {
      const text = `a string without ";" (got ${describeValue(value)})`;
      throw new TypeError(`cookie ${JSON.stringify(name)}: the value must be ${text}`);
    }
  }
  return pairs.map(([name, value]) => `${name}=${value}`).join('; ');
}
