import type { SessionReport } from './shapes.js';

/** A request, as far as it is known. */
export interface CurlRequest {
  readonly method: string;
  /** With its query, where that is known. */
  readonly target: string;
}

type Session = Pick<SessionReport, 'role' | 'local' | 'remote' | 'socket'>;

/**
 * A command for a POSIX shell that sends a request again, to the same server. Header fields and bodies are not recorded,
 * so it has none.
 *
 * @returns `null` where the address of the server is not known, or for CONNECT, which opens a tunnel
 */
export function curlOf({ method, target }: CurlRequest, session: Session): string | null {
  const end = session.role === 'server' ? session.local : session.remote;
  if (end === null || end.port === 0 || method === 'CONNECT') return null;
  const origin = `${session.socket === 'tls' ? 'https' : 'http'}://${hostOf(end.address)}:${end.port}`;
  const isPath = target.startsWith('/');
  const address = origin + (isPath ? target : '/');
  return [
    'curl',
    ...methodOptions(method),
    // What curl would change: brackets and braces stand for several addresses, and dots are steps in a path.
    ...(/[[\]{}]/.test(address) ? ['--globoff'] : []),
    ...(/\/\.{1,2}(\/|\?|$)/.test(target) ? ['--path-as-is'] : []),
    ...(isPath ? [] : ['--request-target', quoted(target)]),
    quoted(address),
  ].join(' ');
}

function methodOptions(method: string): string[] {
  if (method === 'GET') return [];
  return method === 'HEAD' ? ['--head'] : ['-X', quoted(method)];
}

/** An IPv4 address in its IPv6 form is shown by node for sockets that take both. */
function hostOf(address: string): string {
  const host = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return host.includes(':') ? `[${host.replace('%', '%25')}]` : host;
}

/** A word of a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
