import type { Pull } from './pull-readable.js';

/**
 * A web stream over something that gives pieces on demand. It reads nothing ahead, and `cancel` leaves at the source
 * whatever was not handed out.
 *
 * It is no byte stream: one of those takes the memory of each piece away from everybody else, while pieces are views of
 * memory that they share with what follows, so that each would have to be copied.
 */
export function pullWebStream(pull: Pull): ReadableStream<Uint8Array> {
  const stop = new AbortController();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const piece = await pull(stop.signal);
        if (stop.signal.aborted) return;
        if (piece === null) controller.close();
        else controller.enqueue(piece);
      },
      cancel: (reason) => {
        stop.abort(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
