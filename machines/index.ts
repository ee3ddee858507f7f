export { sessionMachine } from './session.machine.js';
export {
  SESSION_ACTIONS,
  SESSION_EVENTS,
  SESSION_SERVICES,
  type SessionAction,
  type SessionCommand,
  type SessionEvent,
  type SessionException,
  type SessionNotice,
  type SessionService,
  type SessionServiceEvent,
  type SessionTag,
  type TransportHandle,
} from './session.events.js';
export { SESSION_STATES, type SessionState } from './session.states.js';
export { exchangeMachine } from './exchange.machine.js';
export {
  EXCHANGE_EVENTS,
  type ExchangeEvent,
  type ExchangeEventType,
  type ExchangeTag,
} from './exchange.events.js';
export { EXCHANGE_STATES, type ExchangeState } from './exchange.states.js';
export { serverMachine } from './server.machine.js';
export {
  SERVER_ACTIONS,
  SERVER_EVENTS,
  type ServerAction,
  type ServerEvent,
  type ServerTag,
} from './server.events.js';
export { SERVER_STATES, type ServerState } from './server.states.js';
export { TIMERS, type ExpiredTimer, type TimerMeta, type TimerName } from './timers.js';
export { poolMachine } from './cluster/pool.machine.js';
export {
  POOL_ACTIONS,
  POOL_EVENTS,
  type PoolAction,
  type PoolEvent,
  type PoolTag,
} from './cluster/pool.events.js';
export { workerMachine } from './cluster/worker.machine.js';
export {
  WORKER_ACTIONS,
  WORKER_EVENTS,
  type WorkerAction,
  type WorkerEvent,
  type WorkerTag,
} from './cluster/worker.events.js';
export { POOL_STATES, type PoolState } from './cluster/pool.states.js';
export { WORKER_STATES, type WorkerState } from './cluster/worker.states.js';
export { originMachine } from './client/origin.machine.js';
export { ORIGIN_EVENTS, type OriginEvent, type OriginTag } from './client/origin.events.js';
export { ORIGIN_STATES, type OriginState } from './client/origin.states.js';
export { placeMachine } from './client/place.machine.js';
export {
  PLACE_ACTIONS,
  PLACE_EVENTS,
  type PlaceAction,
  type PlaceEvent,
  type PlaceTag,
} from './client/place.events.js';
export { PLACE_STATES, type PlaceState } from './client/place.states.js';
export { callMachine } from './client/call.machine.js';
export { CALL_EVENTS, type CallEvent, type CallTag } from './client/call.events.js';
export { CALL_STATES, type CallState } from './client/call.states.js';
export { tunnelMachine } from './client/tunnel.machine.js';
export {
  TUNNEL_ACTIONS,
  TUNNEL_EVENTS,
  type TunnelAction,
  type TunnelEvent,
  type TunnelTag,
} from './client/tunnel.events.js';
export { TUNNEL_STATES, type TunnelState } from './client/tunnel.states.js';
