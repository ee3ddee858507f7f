/*
 * The tests that a mutant of `src/session` must get past, as one file: what they share is loaded once for each mutant.
 * Left out are tests that take seconds and see nothing that these do not: walks over all pairs of transitions,
 * garbage collection, other people's clients and servers, and proofs that run for real time.
 */
import '../http/client/arguments.test.js';
import '../http/client/cycle.test.js';
import '../http/client/idle.test.js';
import '../http/client/interim.test.js';
import '../http/client/replay.test.js';
import '../http/client/requests.test.js';
import '../http/client/responses.test.js';
import '../http/client/steps.test.js';
import '../http/client/tcp.test.js';
import '../http/client/uploads.test.js';
import '../http/server/bodies.test.js';
import '../http/server/connect.test.js';
import '../http/server/cycle.test.js';
import '../http/server/drain.test.js';
import '../http/server/faults.test.js';
import '../http/server/going-on.test.js';
import '../http/server/interim.test.js';
import '../http/server/last-answer.test.js';
import '../http/server/peer-leaves.test.js';
import '../http/server/persistence.test.js';
import '../http/server/pull.test.js';
import '../http/server/refusals.test.js';
import '../http/server/requests.test.js';
import '../http/server/response-mistakes.test.js';
import '../http/server/responses.test.js';
import '../http/server/server.test.js';
import '../http/server/timeouts.test.js';
import '../http/server/unread-bodies.test.js';
import '../http/server/upgrade.test.js';
import '../http/server/writes.test.js';
import '../http/together/pair.test.js';
import '../proofs/09-timers.test.js';
import '../proofs/11-half-closed-clients.test.js';
import '../server/refusals.test.js';
import '../session/detaching.test.js';
import '../session/diagnostics.test.js';
import '../session/faults.test.js';
import '../session/lifecycle-matrix.test.js';
import '../session/lifecycle.test.js';
import '../session/listeners.test.js';
import '../session/reading.test.js';
import '../session/send-watch.test.js';
import '../session/settings.test.js';
import '../session/writing.test.js';
import '../streams/over-sessions.test.js';
