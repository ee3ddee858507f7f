import { UsageError } from './usage.js';

/** Reads the URL of `get`; one without a scheme is `http:`. @throws UsageError */
export function httpUrl(text: string): URL {
  const [, scheme] = /^([a-z][a-z\d+.-]*):\/\//i.exec(text) ?? [];
  if (scheme !== undefined && !/^https?$/i.test(scheme)) {
    throw new UsageError(`${JSON.stringify(text)} must start with http:// or https://`);
  }
  if (text.startsWith('/'))
    throw new UsageError(`${JSON.stringify(text)} is not a valid URL: it has no host`);
  const whole = scheme === undefined ? `http://${text}` : text;
  const url = URL.canParse(whole) ? new URL(whole) : null;
  if (url === null) throw new UsageError(`${JSON.stringify(text)} is not a valid URL`);
  if (url.port === '0') throw new UsageError('nothing can listen on port 0');
  return url;
}

/** The last name in the path of a URL, for `--remote-name`. @throws UsageError if there is none */
export function remoteName(url: URL): string {
  const name = url.pathname.split('/').at(-1) ?? '';
  // Percent-encoded letters stay encoded: a decoded name could lead out of the folder.
  if (name !== '') return name;
  throw new UsageError('--remote-name: the path of the URL ends without a name; use --output FILE');
}

/** User and password of a URL as Basic authentication (RFC 7617), as curl sends them. @throws UsageError */
export function basicCredentials(url: URL): string {
  try {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  } catch {
    throw new UsageError('user and password of the URL are not percent-encoded UTF-8');
  }
}
