export { supervise, type SupervisedServer, type SupervisionOptions, type Supervisor } from './supervisor.js';
export type { SupervisedSession } from './supervised-session.js';
export { toRequestListener } from './request-listener.js';
export { handOver, type ConnectionTakingServer } from './hand-over.js';
export { asIncomingMessage } from './incoming-message.js';
export { receiveSocket, sendSocket, type SocketTakingProcess } from './send-socket.js';
export { SessionAgent, type SessionAgentOptions } from './session-agent.js';
