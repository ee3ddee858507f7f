import type { LayoutAnswer, LayoutQuestion } from './layouts.js';

/*
 * Lays charts out beside the page. The engine takes a thread without a document for a worker of its own, with a protocol
 * of its own; here it is a library.
 */
Object.assign(globalThis, { document: {} });
const layouts = import('./chart-layouts.js');

addEventListener('message', ({ data }: MessageEvent<LayoutQuestion>) => {
  void answer(data).then((answered) => {
    postMessage(answered);
  });
});

async function answer({ number, config, detail }: LayoutQuestion): Promise<LayoutAnswer> {
  try {
    return { number, layout: await (await layouts).layoutConfig(config, detail) };
  } catch (error) {
    return { number, problem: error instanceof Error ? error.message : String(error) };
  }
}
