import type { UserCredentials } from './user-credentials.js';

/**
 * Credentials of the scheme Basic (RFC 7617), in UTF-8: what a server wants that says so, and the same as any other charset
 * for names and passwords in ASCII.
 *
 * @returns `null` for a user name with a colon and for control characters, which Basic cannot express.
 */
export function basicAuthorization({ username, password }: UserCredentials): string | null {
  if (username.includes(':') || hasControls(username) || hasControls(password)) return null;
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
