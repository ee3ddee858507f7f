/*
 * Every default and every cap of the package, each with its unit and its reason. `docs/limits.md` is generated from
 * `LIMITS` and `TIMEOUTS`; nothing else in the package may hold a number of this kind.
 */

/** A named cap or duration: its default, its unit, why it is what it is, and who else chose so. */
export interface Bound {
  /** The default. */
  readonly value: number;
  /** What `value` counts. */
  readonly unit: 'bytes' | 'count' | 'ms' | 'digits' | 'bits';
  /** Why it is what it is. */
  readonly reason: string;
}

/** Caps on what a peer may make this side hold or scan. */
export const LIMITS = {
  maxStartLineBytes: {
    value: 8_192,
    unit: 'bytes',
    reason: 'RFC 9112 section 3 recommends at least 8000; a longer request target is answered with 414.',
  },
  maxHeadBytes: {
    value: 65_536,
    unit: 'bytes',
    reason:
      'A whole head, start line and fields. node:http allows 16 KiB, Poco and nginx several times 8 KiB.',
  },
  maxFieldCount: {
    value: 256,
    unit: 'count',
    reason: 'Fields of one head. Poco allows 100 by default, Apache 100, hyper 100; node:http 2000.',
  },
  maxLeadingEmptyLines: {
    value: 1,
    unit: 'count',
    reason: 'RFC 9112 section 2.2 asks servers to ignore at least one CRLF before a request line.',
  },
  maxChunkSizeDigits: {
    value: 13,
    unit: 'digits',
    reason: 'Hexadecimal digits of a chunk size: 13 digits stay below 2^53, so that no size loses precision.',
  },
  maxChunkExtensionBytes: {
    value: 16_384,
    unit: 'bytes',
    reason:
      'Extensions of all chunks of one body together; hyper and node:http chose the same figure after advisories.',
  },
  maxTrailerBytes: {
    value: 16_384,
    unit: 'bytes',
    reason: 'The trailer section of one body; hyper chose the same figure.',
  },
  maxTrailerCount: {
    value: 64,
    unit: 'count',
    reason: 'Fields of one trailer section.',
  },
  maxInterimResponses: {
    value: 32,
    unit: 'count',
    reason:
      'Interim (1xx) responses before one final response; more is a peer that keeps a client waiting for ever.',
  },
  maxArrivedBytes: {
    value: 65_536,
    unit: 'bytes',
    reason:
      'Bytes that arrived before they were requested; beyond it the socket is paused and TCP holds the peer back.',
  },
  maxUnreadBodyBytes: {
    value: 262_144,
    unit: 'bytes',
    reason:
      'What is drained of a request body that the handler did not read, before the connection is closed instead.',
  },
  maxCollectedBytes: {
    value: 67_108_864,
    unit: 'bytes',
    reason:
      'What bytes(), text() and json() collect of one body unless told otherwise; streams have no such cap.',
  },
  maxUnlingeredBytes: {
    value: 14_600,
    unit: 'bytes',
    reason:
      'After a larger last answer a session lingers for clients that would have kept the connection: a request that crosses the close resets it. The initial window of TCP (RFC 6928).',
  },
  maxLingerBytes: {
    value: 16_777_216,
    unit: 'bytes',
    reason: 'What is discarded after the last answer, so that no reset destroys it on its way to the peer.',
  },
  maxQueuedOutputBytes: {
    value: 16_777_216,
    unit: 'bytes',
    reason:
      'Output of one session that the system has not taken. One write may be larger; a further one on top of so much is a writer that ignores back-pressure, and the session is reset.',
  },
  maxServerQueuedBytes: {
    value: 268_435_456,
    unit: 'bytes',
    reason:
      'The same for all sessions of a server together; beyond it the session that has most queued is reset.',
  },
  maxRefusals: {
    value: 256,
    unit: 'count',
    reason:
      'Refused connections whose 503 is on its way at the same time; what is refused beyond it is reset without an answer.',
  },
  maxShedLooks: {
    value: 256,
    unit: 'count',
    reason:
      'Connections that a full server with shedIdle looks at for each one that it closes. A look at all of them is due when that many were paid for; between two looks none may be found.',
  },
  maxPendingOutputBytes: {
    value: 65_536,
    unit: 'bytes',
    reason:
      'What one turn of the event loop writes to a connection, and what answers pipelined requests, is joined to one write; from here on it is written at once.',
  },
  maxPendingConnections: {
    value: 1_024,
    unit: 'count',
    reason:
      'Connections at one PortDemultiplexer whose protocol is not recognised yet. A client shows it with its first segment, so that more are an attack.',
  },
  ipv6PrefixLength: {
    value: 64,
    unit: 'bits',
    reason:
      'The network of an IPv6 peer that counts as one address: a host may choose any address of its /64 (RFC 4862), and so may an attacker.',
  },
  maxPeekBytes: {
    value: 32,
    unit: 'bytes',
    reason:
      'What is looked at to tell what a connection speaks: the preface of HTTP/2 takes 24, the longest registered method 17.',
  },
  maxProxyLineBytes: {
    value: 107,
    unit: 'bytes',
    reason:
      'A PROXY protocol header of version 1, line end included: the longest one that the specification knows.',
  },
  maxProxyBlockBytes: {
    value: 4_096,
    unit: 'bytes',
    reason: 'A PROXY protocol header of version 2 with all its extensions; nginx chose the same figure.',
  },
  maxHistory: {
    value: 32,
    unit: 'count',
    reason: 'Transitions that an error testifies to.',
  },
  idleObservations: {
    value: 3,
    unit: 'count',
    reason:
      'Idle connections of a client that its server closed first, after idle times that agree: fewer may be a restart.',
  },
  maxWorkers: {
    value: 1_024,
    unit: 'count',
    reason: 'Worker processes of one pool; more is a mistyped number.',
  },
  maxEarlyCrashes: {
    value: 5,
    unit: 'count',
    reason:
      'Early crashes per worker of a pool within `workerCrashWindow`; with one more the pool gives up. systemd: 5 starts in 10 s.',
  },
  maxConnections: {
    value: 128,
    unit: 'count',
    reason:
      'Connections of a client to one origin. undici, Go and node:http have no cap; five thousand requests at once then run out of descriptors.',
  },
  maxTotalConnections: {
    value: 1_024,
    unit: 'count',
    reason: 'Connections of a client to all origins; the usual limit of descriptors is a multiple of it.',
  },
  maxIdleConnections: {
    value: 64,
    unit: 'count',
    reason: 'Idle connections of a client to one origin. Go keeps 2, node:http 256.',
  },
  maxQueuedCalls: {
    value: 10_000,
    unit: 'count',
    reason:
      'Calls to one origin that wait beyond its connections; others bound neither their number nor their time.',
  },
  maxTLSSessions: {
    value: 100,
    unit: 'count',
    reason: 'TLS sessions that a client can resume, one for each origin. undici and node:http: 100.',
  },
} as const satisfies Record<string, Bound>;

/** Durations in milliseconds; 0 means none. */
export const TIMEOUTS = {
  connectTimeout: {
    value: 30_000,
    unit: 'ms',
    reason: 'Opening a connection, TLS handshake included. POCO: 30 s.',
  },
  sendTimeout: { value: 60_000, unit: 'ms', reason: 'A send that makes no progress. POCO: 60 s.' },
  receiveTimeout: { value: 60_000, unit: 'ms', reason: 'A receive that makes no progress. POCO: 60 s.' },
  clientKeepAliveTimeout: {
    value: 8_000,
    unit: 'ms',
    reason: 'Idle time after which a client no longer trusts a keep-alive connection. POCO: 8 s.',
  },
  queueTimeout: {
    value: 30_000,
    unit: 'ms',
    reason: 'How long a call of a client may wait for a connection: no longer than for its connect.',
  },
  keepAliveMargin: {
    value: 1_000,
    unit: 'ms',
    reason:
      "Taken off a server's `Keep-Alive: timeout=`, so that the client closes first. undici takes off 2 s.",
  },
  keepAliveMaximum: {
    value: 60_000,
    unit: 'ms',
    reason: "Most that a client trusts a server's `Keep-Alive: timeout=`. undici: 600 s.",
  },
  unreadTimeout: {
    value: 1_000,
    unit: 'ms',
    reason:
      'How long a response of a pool may stay unread before its connection is freed. Others wait for the garbage collector.',
  },
  serverTimeout: {
    value: 60_000,
    unit: 'ms',
    reason: 'Waiting for the first request, and progress while reading or sending one. POCO: 60 s.',
  },
  serverKeepAliveTimeout: {
    value: 65_000,
    unit: 'ms',
    reason:
      'Idle time between requests: longer than the 60 s of common load balancers, so that they close first. POCO: 15 s.',
  },
  serverContinueTimeout: {
    value: 10_000,
    unit: 'ms',
    reason:
      'Waiting for the first byte of a body after 100 Continue: the client is ready to send, or it is not there.',
  },
  messageTimeout: {
    value: 300_000,
    unit: 'ms',
    reason:
      'A whole request, first byte to last: a client that sends a byte a minute must not hold a connection for ever. Set 0 for uploads that may take longer. node:http: 300 s.',
  },
  halfClosedTimeout: {
    value: 60_000,
    unit: 'ms',
    reason:
      'How long a client that has finished sending, and may be gone, waits without a byte of the response. Most proxies give up after 60 s.',
  },
  handlerTimeout: {
    value: 0,
    unit: 'ms',
    reason:
      'From the head of a request to the end of its response. None by default: an event stream has no end.',
  },
  slowHandler: {
    value: 60_000,
    unit: 'ms',
    reason:
      'How long a handler may take to begin its response before that is reported as a fault: most clients and proxies have given up by then.',
  },
  peerLookInterval: {
    value: 1_000,
    unit: 'ms',
    reason:
      'How often a half-closed client is looked at, and at least the time between two probes: a client that left is noticed within a second.',
  },
  firstProbe: {
    value: 50,
    unit: 'ms',
    reason: 'From the FIN of a client to the first probe: most handlers have answered by then.',
  },
  peerKeepAlive: {
    value: 10_000,
    unit: 'ms',
    reason:
      'Silence of a half-closed client after which TCP asks whether it is still there, so that one whose machine is gone is noticed.',
  },
  connectionAge: {
    value: 0,
    unit: 'ms',
    reason:
      'The age from which on a connection answers one more request and closes. None by default; load balancers want it for rebalancing.',
  },
  idleObservationWindow: {
    value: 600_000,
    unit: 'ms',
    reason: 'Within how long a client must see its server close first that often, to draw a conclusion.',
  },
  idleFindingTimeout: {
    value: 86_400_000,
    unit: 'ms',
    reason:
      'How long that conclusion holds: then a client tries its own timeout again, which costs a connection a day where nothing has changed.',
  },
  refusalTimeout: {
    value: 1_000,
    unit: 'ms',
    reason: 'How long a refused connection is kept so that its 503 reaches the peer.',
  },
  drainGrace: {
    value: 1_000,
    unit: 'ms',
    reason:
      'How long a drain continues to read connections without a request, because one may be on its way: several round trips.',
  },
  drainHead: {
    value: 5_000,
    unit: 'ms',
    reason:
      'How long the rest of a head may take once the grace of a drain is over, or half of what is left until the deadline: a lost segment is sent again after one to three seconds.',
  },
  lingerTimeout: {
    value: 2_000,
    unit: 'ms',
    reason: 'How long what still arrives is discarded after the last answer.',
  },
  drainTimeout: {
    value: 30_000,
    unit: 'ms',
    reason:
      'How long a drain waits for busy sessions before it aborts them. Kubernetes allows 30 s by default.',
  },
  firstByteTimeout: {
    value: 10_000,
    unit: 'ms',
    reason:
      'How long a connection may take to show what it speaks, a PROXY header included: a lost first segment is sent again after one to three seconds.',
  },
  continueTimeout: {
    value: 1_000,
    unit: 'ms',
    reason:
      'How long a client waits for 100 Continue before it sends the body anyway (RFC 9110 section 10.1.1). curl: 1 s.',
  },
  headTimeout: {
    value: 300_000,
    unit: 'ms',
    reason:
      'The whole head of a response, from its first byte, interim responses included: neither slow bytes nor further 1xx extend it. undici: 300 s.',
  },
  answeredUploadTimeout: {
    value: 1_000,
    unit: 'ms',
    reason:
      'How long the upload of an answered request may pause while the next request of the session waits for it; then that goes out on another connection. Go: 50 ms.',
  },
  timeoutMargin: {
    value: 5_000,
    unit: 'ms',
    reason:
      'By how much checkTimeouts() wants one timer to be longer than another that is to expire first: more than a round trip and the lag of a busy process.',
  },
  timerGranularity: {
    value: 20,
    unit: 'ms',
    reason: 'The tick that all deadlines share; a deadline fires at most this much late.',
  },
  workerStartTimeout: {
    value: 60_000,
    unit: 'ms',
    reason: 'From the start of a worker process until it serves: large applications load for many seconds.',
  },
  workerHeartbeatTimeout: {
    value: 60_000,
    unit: 'ms',
    reason: 'Silence of a worker that serves before it is killed; half of it before it is asked. puma: 60 s.',
  },
  workerKillMargin: {
    value: 5_000,
    unit: 'ms',
    reason:
      'How long a drained worker may take to close what else it has open, and by how much a drain may overrun, before it is killed.',
  },
  workerConfirmTimeout: {
    value: 1_000,
    unit: 'ms',
    reason:
      'How long the workers of a draining pool wait for each other to close the port, before they ask connections to end.',
  },
  workerSettleTime: {
    value: 250,
    unit: 'ms',
    reason: 'How long clients of a replaced worker may take to connect again before a drain closes the port.',
  },
  workerEarlyCrash: {
    value: 5_000,
    unit: 'ms',
    reason:
      'A worker that ends unasked before it has served this long has crashed early: it will probably crash again.',
  },
  workerCrashWindow: {
    value: 60_000,
    unit: 'ms',
    reason: 'Early crashes that are longer ago do not count any more.',
  },
  workerBackoff: {
    value: 100,
    unit: 'ms',
    reason:
      'Delay of a replacement once every worker has crashed early; doubled with each further round. The first round is replaced at once.',
  },
  workerCountInterval: {
    value: 1_000,
    unit: 'ms',
    reason: 'How often a worker tells its pool how many connections it has had, and that it runs.',
  },
  signalEcho: {
    value: 500,
    unit: 'ms',
    reason:
      'A signal that repeats the first one sooner than this is its echo: a Ctrl+C reaches what npm started twice.',
  },
} as const satisfies Record<string, Bound>;

/** The port of `http:` URLs. */
export const HTTP_PORT = 80;

/** The port of `https:` URLs. */
export const HTTPS_PORT = 443;

/** Methods that may be retried: sending one twice has the effect of sending it once (RFC 9110 section 9.2.2). */
export const IDEMPOTENT_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
