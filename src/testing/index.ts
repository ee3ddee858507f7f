/*
 * THEORY OF OPERATION
 *
 * A model is a finite XState machine without services, delays and guards, whose states can be observed from outside, with
 * generators for the payloads of its events. A path leads through it, made on the adjacency map of `xstate/graph`.
 * A driver knows a real system: it triggers an event and reports the state that it sees. Running a path does both, step by
 * step, and compares the states. Coverage counts the transitions, pairs of them and faults that were exercised.
 *
 * Folders depend downward: `simulator`; `run` on `drivers`, `coverage`, `paths`; these on `models`; all on `random`.
 * Nothing here depends on a test runner. All randomness follows from a seed, which is a part of a path's text.
 *
 * The drivers of servers and clients read and write HTTP with a few lines of their own instead of this package's `protocol`:
 * a judge must not share the mistakes of what it judges.
 */
export {
  createMemoryPair,
  VirtualClock,
  type MemoryPair,
  type MemoryPairOptions,
  type MemorySocket,
  type Segmentation,
} from '../transport/index.js';
export { randomOf, type Random } from './random.js';
export type { Model, Payload } from './models/model.js';
export { finiteMachineOf } from './models/finite-machine.js';
export { exchangeModel, sessionModel, type SessionModelEvent } from './models/session-model.js';
export { serverModel, type ServerModelEvent } from './models/server-model.js';
export { clientModel, type ClientModelEvent } from './models/client-model.js';
export { ModelGraph, type ModelEdge } from './paths/graph.js';
export { parsePath, pathName, pathText, type ModelPath } from './paths/path.js';
export { pathsOf, type PathOptions, type PathPlan } from './paths/plans.js';
export type {
  ClientDriver,
  DrivenSystem,
  Driver,
  Journey,
  ServerDriver,
  SessionDriver,
  Step,
} from './drivers/driver.js';
export { WireLog, type WireEntry } from './drivers/wire-log.js';
export {
  memorySessionDriver,
  tcpSessionDriver,
  tlsSessionDriver,
  type SessionDriverOptions,
  type SocketSessionDriver,
} from './drivers/session/session-drivers.js';
export type { CreateSession } from './drivers/session/line.js';
export type { ServerCertificate } from './drivers/session/socket-line.js';
export { serverDriver, type ServerDriverOptions } from './drivers/server/server-driver.js';
export type { ServerAddress, ServerConnector } from './drivers/server/client-line.js';
export type { ServerTimeouts } from './drivers/server/server-system.js';
export {
  clientDriver,
  commandClient,
  type ClientCommand,
  type ClientDriverOptions,
} from './drivers/client/client-driver.js';
export type { AskClient, ClientAnswer, ClientCall, LetClientWait } from './drivers/client/client-system.js';
export { testModel, type MakeTest, type ModelSuite, type TestModelOptions } from './run/test-model.js';
export { PathError } from './run/failure.js';
export { Coverage } from './coverage/coverage.js';
export type { CoverageReport, Share } from './coverage/table.js';
export {
  Simulation,
  simulate,
  type AcceptConnection,
  type SimulateOptions,
  type SimulationResult,
} from './simulator/simulation.js';
export type { SimulatedClient, SimulatedLink, SimulationLog } from './simulator/simulated-client.js';
export { randomTraffic, type RandomTrafficOptions } from './simulator/random-traffic.js';
