/*
 * The tests that a mutant of `machines/` must get past, as one file: what they share is loaded once for each mutant.
 */
import '../machines/definitions.test.js';
import '../machines/client/call-matrix.test.js';
import '../machines/client/origin-matrix.test.js';
import '../machines/client/place-matrix.test.js';
import '../machines/exchange-matrix.test.js';
import '../machines/exchange-scenarios.test.js';
import '../machines/cluster/pool-matrix.test.js';
import '../machines/server-matrix.test.js';
import '../machines/session-matrix.test.js';
import '../machines/timers.test.js';
import '../machines/cluster/worker-matrix.test.js';
