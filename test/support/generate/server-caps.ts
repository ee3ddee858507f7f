import { serverLimits, type OverloadPolicy, type ServerLimits } from '../../../src/server/params.js';
import {
  serverSettings,
  type HTTPServerSessionOptions,
} from '../../../src/session/server/server-settings.js';
import type { HeadCap } from '../../../src/protocol/limits.js';
import { aligned, code, grouped } from './markdown-table.js';

type SessionCap = 'maxQueuedOutput' | 'maxKeepAliveRequests' | HeadCap;

/** What is capped, and what becomes of one too many. */
export const SERVER_CAPS: Readonly<
  Record<
    Exclude<keyof ServerLimits, 'overload'> | SessionCap,
    readonly [unit: string, what: string, beyond: string]
  >
> = {
  maxConnections: ['', 'connections at the same time, TLS handshakes included', 'see `overload`'],
  maxConnectionsPerAddress: [
    '',
    'the same of one remote address',
    '503, whatever `overload` says; in place of a TLS handshake a close',
  ],
  ipv6PrefixLength: [' bits', 'not a cap: the IPv6 network that counts as one address', ''],
  maxKeepAliveRequests: [
    '',
    'requests on one connection',
    'the last one is answered with `Connection: close`',
  ],
  maxStartLineBytes: [' bytes', 'the request line', '414'],
  maxHeadBytes: [' bytes', 'the head of a request, request line included', '431'],
  maxFieldCount: ['', 'field lines of the head of a request', '431'],
  maxQueuedOutput: [
    ' bytes',
    'output of one session that waits for its peer',
    'a further write resets the session',
  ],
  maxServerQueuedOutput: [
    ' bytes',
    'the same of all sessions together',
    'the session that has most is reset',
  ],
};

/** What the policies do with a connection beyond `maxConnections`. */
export const OVERLOAD_POLICIES: Readonly<Record<OverloadPolicy, string>> = {
  refuse: 'It is answered with 503 and closed.',
  shedIdle: 'The connection that has been idle longest is closed for it; where none is idle, 503.',
  stopAccepting:
    'The port is closed until there is room, so that a load balancer turns to others; what was accepted already gets 503. Workers of a pool need a port other than 0.',
};

const sessionCaps: readonly string[] = [
  'maxQueuedOutput',
  'maxKeepAliveRequests',
  'maxStartLineBytes',
  'maxHeadBytes',
  'maxFieldCount',
] satisfies readonly SessionCap[];

/** The section about what a server takes on. */
export function capSections(): string[] {
  return [
    '## Caps of a server',
    '',
    'Parameters of `HTTPServer`. 0 means any number, except for the head of a request, which always has caps.',
    '',
    ...aligned([
      ['Parameter', 'Default', 'Caps', 'Beyond it'],
      ...Object.entries(SERVER_CAPS).map(([name, [unit, what, beyond]]) => {
        const value = defaultOf(name);
        return [code(name), value === 0 ? 'any number' : `${grouped(value)}${unit}`, what, beyond];
      }),
    ]),
    '',
    `\`overload\` says what becomes of a connection beyond \`maxConnections\`; ${code(serverLimits({}).overload)} by default:`,
    '',
    ...aligned([
      ['`overload`', 'A connection too many'],
      ...Object.entries(OVERLOAD_POLICIES).map(([policy, what]) => [code(policy), what]),
    ]),
    '',
  ];
}

/** What a server has when nothing was set, asked of the code itself. */
function defaultOf(name: string): number {
  const options: HTTPServerSessionOptions = {};
  const settings = serverSettings(options);
  const defaults: object = sessionCaps.includes(name)
    ? { ...settings, ...settings.headLimits }
    : serverLimits({});
  return (defaults as Record<string, number>)[name] as number;
}
