import './worker-scope.js';
import { layoutConfig } from './chart-layouts.js';
import type { LayoutAnswer, LayoutQuestion } from './layouts.js';

addEventListener('message', ({ data }: MessageEvent<LayoutQuestion>) => {
  void answer(data).then((answered) => {
    postMessage(answered);
  });
});

async function answer({ number, config, detail }: LayoutQuestion): Promise<LayoutAnswer> {
  try {
    return { number, layout: await layoutConfig(config, detail) };
  } catch (error) {
    return { number, problem: error instanceof Error ? error.message : String(error) };
  }
}
