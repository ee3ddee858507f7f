import { notify, type Run } from './endpoint.js';
import type { ProductCharts } from './product-charts.js';
import { READER, SOCKET, type Endpoint, type ProductState } from './product-state.js';
import { listen } from './server-role.js';

/** The product before anything: no connection, no server that listens. */
export function unconnectedState(charts: ProductCharts): ProductState {
  return {
    client: unconnectedEnd(charts, 'client'),
    server: unconnectedEnd(charts, 'server'),
    life: charts.life.initial,
    toServer: [],
    toClient: [],
    sent: 0,
    drain: 0,
    fault: 0,
  };
}

function unconnectedEnd(charts: ProductCharts, end: 'client' | 'server'): Endpoint {
  return {
    session: charts[end].session.initial,
    exchange: charts[end].exchange.initial,
    socket: SOCKET.open,
    reader: READER.none,
    resting: READER.none,
    watched: false,
    timer: 0,
    heardFin: false,
    current: 0,
    facts: 0,
    held: [],
    rawSent: 0,
    rawTaken: 0,
  };
}

/** Brings the product to where the exploration begins: a connection that nothing was sent on. */
export function connect(run: Run): void {
  const { life } = run.charts;
  run.state.life = life.edge(run.state.life, life.indexOf('server.listen'))?.target ?? run.state.life;
  notify(run, 'client', 'session.connect');
  notify(run, 'client', 'xstate.done.actor.connector');
  notify(run, 'server', 'socket.attach');
  listen(run);
  if (run.bounds.pipelining > 1) {
    run.state.client.reader = READER.role;
    run.state.client.resting = READER.role;
  }
}
