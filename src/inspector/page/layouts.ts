import type { DiagramLayout } from '../diagram/drawing.js';
import type { ChartDefinition } from '../model/shapes.js';
import type { ChartDetail } from './chart-layouts.js';

/** What the page asks its worker for. */
export interface LayoutQuestion {
  readonly number: number;
  readonly config: object;
  readonly detail: ChartDetail;
}

/** What the worker answers. */
export interface LayoutAnswer {
  readonly number: number;
  readonly layout?: DiagramLayout;
  readonly problem?: string;
}

interface Asked {
  readonly resolve: (layout: DiagramLayout) => void;
  readonly reject: (error: Error) => void;
}

/** A chart that takes longer could not be read either. */
const LONGEST_MS = 20_000;

let worker: Worker | null = null;
let last = 0;
const asked = new Map<number, Asked>();

/**
 * Lays a chart out beside the page, which stays fluid whatever the chart is.
 *
 * @throws Error when XState does not take the config for a machine, or it is too large
 */
export function layoutOf({ config, undrawn }: ChartDefinition, detail: ChartDetail): Promise<DiagramLayout> {
  if (undrawn !== undefined) return Promise.reject(new Error(undrawn));
  worker ??= startWorker();
  const question: LayoutQuestion = { number: ++last, config, detail };
  const answer = new Promise<DiagramLayout>((resolve, reject) => {
    const timer = setTimeout(() => {
      giveUp('its layout takes too long: it is too large');
    }, LONGEST_MS);
    const settled =
      <T>(settle: (value: T) => void) =>
      (value: T): void => {
        clearTimeout(timer);
        asked.delete(question.number);
        settle(value);
      };
    asked.set(question.number, { resolve: settled(resolve), reject: settled(reject) });
  });
  worker.postMessage(question);
  return answer;
}

function startWorker(): Worker {
  const started = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' });
  started.addEventListener('message', ({ data }: MessageEvent<LayoutAnswer>) => {
    const { number, layout, problem = 'its layout is missing' } = data;
    if (layout === undefined) asked.get(number)?.reject(new Error(problem));
    else asked.get(number)?.resolve(layout);
  });
  // Also where the server was gone before the worker was loaded.
  started.addEventListener('error', () => {
    giveUp('its layout has failed, or could not be loaded');
  });
  return started;
}

/** Ends the worker with all that it was asked for; the next question gets a new one. */
function giveUp(why: string): void {
  worker?.terminate();
  worker = null;
  for (const { reject } of [...asked.values()]) reject(new Error(why));
}
