/**
 * The Host field line of a place to connect to. Only the default port of the session's own scheme is left out (RFC 9110
 * section 7.2): 443 is one of HTTPS alone.
 */
export function hostLine(host: string, port: number, defaultPort: number): string {
  // A zone means nothing to the other side (RFC 6874 section 1).
  const name = host.includes(':') ? `[${host.replace(/%.*/, '')}]` : host;
  const isBare = port === defaultPort || name === '';
  return `Host: ${isBare ? name : `${name}:${String(port)}`}\r\n`;
}

/**
 * The authority of a request target in absolute or authority form, as the Host field has to name it (RFC 9110 section
 * 7.2). No target has user information: it is refused.
 */
export function authorityOf(target: string): string {
  return /^[a-z][a-z\d+.-]*:\/\/([^/?]*)/i.exec(target)?.[1] ?? target;
}
