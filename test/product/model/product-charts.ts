import { EXCHANGE_EVENTS } from '../../../machines/exchange.events.js';
import { exchangeMachine } from '../../../machines/exchange.machine.js';
import { SERVER_TABLE } from '../../../machines/server.table.js';
import { SESSION_EVENTS } from '../../../machines/session.events.js';
import { sessionMachine } from '../../../machines/session.machine.js';
import { Chart, type ChartNode } from '../../../src/chart/index.js';
import { exchangeChart, sessionChart } from '../../../src/session/core/charts.js';
import { compiled } from '../../support/chart/compiled.js';

/** The charts of one end of the connection. */
export interface EndCharts {
  /** The life of the connection. */
  readonly session: Chart<string>;
  /** The message cycle on it. */
  readonly exchange: Chart<string>;
}

/** Every chart of the product. The two ends have the same ones, unless a test breaks one. */
export interface ProductCharts {
  readonly client: EndCharts;
  readonly server: EndCharts;
  /** The life of the server that the session belongs to. */
  readonly life: Chart<string>;
}

/** A machine, as far as it can be compiled to a chart. */
type Machine = Parameters<typeof compiled>[0];

/** Compiles the charts of one end; the product's own ones unless others are given. */
export function endCharts(machines: { session?: Machine; exchange?: Machine } = {}): EndCharts {
  const { session = sessionMachine, exchange = exchangeMachine } = machines;
  return {
    session: session === sessionMachine ? sessionChart : compiled(session, SESSION_EVENTS),
    exchange: exchange === exchangeMachine ? exchangeChart : compiled(exchange, EXCHANGE_EVENTS),
  };
}

/** The charts as the product has them. */
export function productCharts(): ProductCharts {
  return { client: endCharts(), server: endCharts(), life: new Chart(SERVER_TABLE) };
}

/** Numbers for the nodes of charts, in the order in which they are met, so that a state can be written as text. */
export class NodeNumbers {
  readonly #numbers = new Map<ChartNode, number>();
  readonly #nodes: ChartNode[] = [];

  numberOf(node: ChartNode): number {
    let number = this.#numbers.get(node);
    if (number === undefined) {
      number = this.#nodes.length;
      this.#numbers.set(node, number);
      this.#nodes.push(node);
    }
    return number;
  }

  nodeOf(number: number): ChartNode {
    const node = this.#nodes[number];
    if (node === undefined) throw new RangeError(`there is no node ${String(number)}`);
    return node;
  }
}
