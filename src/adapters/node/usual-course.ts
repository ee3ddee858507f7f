import type { ChartEdge, ChartNode } from '../../chart/index.js';
import { LIMITS } from '../../constants.js';
import { EXCHANGE, exchangeChart, type SessionLedger } from '../../session/index.js';

/*
 * Nearly every exchange takes the same four steps and leads back to where it began. A step costs little in a loop, but
 * between two system calls each page of memory that it touches has to be found again. So only the times of such
 * exchanges are noted, one when a request begins and one when its response ends, and their steps are entered in the
 * history when a caller looks at it.
 */

/** The steps of an exchange on a connection that was kept and is kept again. */
export interface UsualCourse {
  /** Between two exchanges. */
  readonly rest: ChartNode;
  /** From the head of a request on. */
  readonly active: ChartNode;
  readonly begin: ChartEdge;
  /** What follows, entered with the time of the last step. */
  readonly others: readonly ChartEdge[];
}

const OTHERS = [EXCHANGE.requestEnd, EXCHANGE.responseHead, EXCHANGE.responseEnd];

/** How many times fill a history: two of each exchange, which makes four steps. */
export const NOTED_TIMES = LIMITS.maxHistory.value / 2;

let known: UsualCourse | null = null;

/** The course that begins in a state and leads back to it; `null` if there is none. */
export function courseFrom(rest: ChartNode): UsualCourse | null {
  if (known?.rest === rest) return known;
  const course = walk(rest);
  known = course ?? known;
  return course;
}

function walk(rest: ChartNode): UsualCourse | null {
  const begin = exchangeChart.edge(rest, EXCHANGE.requestHead);
  if (begin === null) return null;
  const others: ChartEdge[] = [];
  let node = begin.target;
  for (const event of OTHERS) {
    const edge = exchangeChart.edge(node, event);
    if (edge === null) return null;
    others.push(edge);
    node = edge.target;
  }
  return node === rest ? { rest, active: begin.target, begin, others } : null;
}

/** Enters exchanges in the history, by their times: of a begin and of an end in turn, the last ones in a ring. */
export function enterExchanges(
  { history }: SessionLedger,
  { begin, others }: UsualCourse,
  times: readonly number[],
  count: number,
): void {
  // A begin stands at an even place. An end whose begin was overwritten is left out.
  const first = Math.max(0, count - NOTED_TIMES);
  for (let index = first + (first % 2); index < count; index++) {
    const at = times[index % NOTED_TIMES] as number;
    if (index % 2 === 0) history.push(begin, at);
    else for (const edge of others) history.push(edge, at);
  }
}
