import { EXCHANGE_TABLE } from '../../../machines/exchange.table.js';
import { SESSION_TABLE } from '../../../machines/session.table.js';
import type { ExchangeEventType } from '../../../machines/index.js';
import { Chart, type ChartEdge } from '../../chart/index.js';

/** The lifecycle chart, read once for all sessions. */
export const sessionChart = new Chart(SESSION_TABLE);

/** The message-cycle chart, read once for all sessions. */
export const exchangeChart = new Chart(EXCHANGE_TABLE);

const index = (event: ExchangeEventType): number => exchangeChart.indexOf(event);

/** The exchange chart's events as indexes: a step costs two array look-ups. */
export const EXCHANGE = {
  connectionOpened: index('connection.opened'),
  connectionClose: index('connection.close'),
  connectionClosed: index('connection.closed'),
  requestPrepare: index('request.prepare'),
  requestCancel: index('request.cancel'),
  requestPrepared: index('request.prepared'),
  requestReserve: index('request.reserve'),
  requestRelease: index('request.release'),
  requestBegin: index('request.begin'),
  requestHead: index('request.head'),
  requestExpect: index('request.expect'),
  requestOffer: index('request.offer'),
  requestStream: index('request.stream'),
  requestEnd: index('request.end'),
  requestAbandon: index('request.abandon'),
  requestReplay: index('request.replay'),
  responseInterim: index('response.interim'),
  responseContinue: index('response.continue'),
  responseSwitch: index('response.switch'),
  responseHead: index('response.head'),
  responseEnd: index('response.end'),
  exchangeFail: index('exchange.fail'),
} as const;

/** Whether a transition of the lifecycle chart stores an exception beside a socket: the state names a timer from here on. */
export function isInterrupted({ source, target }: ChartEdge): boolean {
  const { tags } = target;
  return tags.has('faulty') && tags.has('attached') && !tags.has('lingering') && !source.tags.has('faulty');
}

/** Whether a transition of the lifecycle chart attaches a socket. */
export function isNewSocket({ event }: ChartEdge): boolean {
  return event === 'socket.attach' || event === 'xstate.done.actor.connector';
}
