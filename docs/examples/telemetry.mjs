// Watch all sessions of a process without touching the code that uses them: three channels of node:diagnostics_channel.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  ERROR_CHANNEL,
  EXCHANGE_CHANNEL,
  HTTPClientSession,
  HTTPServer,
  TRANSITION_CHANNEL,
} from 'http-session-machine';

const server = new HTTPServer((request, response) => {
  if (request.path === '/hello') response.end('Hello!');
  // Any other request gets no response.
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

/** The number of server connections in each state, from transitions alone. */
const gauges = new Map();
function countStates({ role, chart, from, to }) {
  if (role !== 'server' || chart !== 'session') return;
  gauges.set(from, (gauges.get(from) ?? 0) - 1);
  gauges.set(to, (gauges.get(to) ?? 0) + 1);
}
function logExchange({ role, phase, method, target, status, outcome }) {
  if (role === 'server' && phase === 'end') console.log(method, target, status ?? '-', outcome);
}
function logError({ error }) {
  // A connection that ended before it was a session, such as a failed TLS handshake, has no testimony.
  const { state = '-', request } = error.testimony ?? {};
  console.log(error.code, 'in', state, 'at', request?.target ?? '-');
}
subscribe(TRANSITION_CHANNEL, countStates);
subscribe(EXCHANGE_CHANNEL, logExchange);
subscribe(ERROR_CHANNEL, logError);

const client = new HTTPClientSession('127.0.0.1', port, { receiveTimeout: 100 });
const hello = await client.request({ path: '/hello' });
console.log(hello.status, await hello.text());
console.log('open:', gauges.get('connected.open'), server.counts().states);

// The client gives up. Its error says where, and the server's error says what happened on that end.
await client.request({ path: '/nothing' }).catch(({ timer }) => console.log('gave up:', timer));
client.abort();
const [session] = server.sessions;
await session.waitFor('errored');
console.log('open:', gauges.get('connected.open'), server.counts().states);

// Without subscribers, no messages are created.
unsubscribe(TRANSITION_CHANNEL, countStates);
unsubscribe(EXCHANGE_CHANNEL, logExchange);
unsubscribe(ERROR_CHANNEL, logError);
await server.drain({ grace: 0 });
