import type { Duplex } from 'node:stream';

import type { HTTPClientSession, HTTPSClientSessionOptions } from '../../session/index.js';
import type { Clock } from '../../transport/index.js';
import type { ChallengeAnswer } from './proxy-authentication.js';

/** Where a tunnel leads to. */
export interface TunnelTarget {
  /** Scheme, host and port. */
  readonly url: URL;
  /** What TLS sessions are remembered by. */
  readonly key: string;
}

/** Remembers TLS sessions, so that a new connection need not shake hands in full. */
export interface TLSSessionStore {
  get(key: string): Buffer | undefined;
  keepFrom(socket: Duplex | null, key: string): void;
}

/** What tunnels are made with. */
export interface TunnelOptions {
  /** Options of the sessions; `tls` is for the origin, `source` and `lookup` for the connection to the proxy. */
  readonly session: HTTPSClientSessionOptions;
  /** Makes the sessions that are handed over, in the place of the tunnel. */
  readonly sessions?: { createClientSession(url: URL): HTTPClientSession } | undefined;
  readonly clock: Clock;
  readonly tlsSessions?: TLSSessionStore | undefined;
  /** Answers the challenges of the proxy. @defaultValue Digest and Basic */
  readonly answer?: ChallengeAnswer | undefined;
}
