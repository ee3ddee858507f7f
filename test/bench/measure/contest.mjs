import { interleave } from '../harness/statistics.mjs';

/**
 * @typedef {object} Contestant
 * @property {string} kind The module that runs it.
 * @property {string} root The folder of this package, or of another commit of it, as a URL.
 *
 * @typedef {import('../rows/row.mjs').Figure} Figure
 * @typedef {Record<string, Figure>[][]} Figures For each round, of each contestant the figure of each part.
 */

/** Turns of a warm-up at the most, for a contestant that hardly gets its core. */
const TURNS = 5;

/**
 * Warms up the contestants twice and lets them take turns.
 *
 * @param {import('../rows/row.mjs').Settings} settings
 * @param {((time: number) => Promise<Figure>)[]} contestants
 * @returns {Promise<Figures>}
 */
export async function contest({ rounds, duration, warmUp }, contestants) {
  await interleave(
    2,
    contestants.map((contestant) => () => warm(contestant, warmUp)),
  );
  return interleave(
    rounds,
    contestants.map((contestant) => async () => ({ request: await contestant(duration) })),
  );
}

/**
 * The compiler settles after so much work, not after so much time.
 *
 * @param {(time: number) => Promise<Figure>} contestant
 * @param {number} time CPU time of the measured process, in milliseconds.
 */
async function warm(contestant, time) {
  let used = 0;
  for (let turn = 0; turn < TURNS && used < time / 2; turn++) {
    const { busy = 1 } = await contestant(time);
    used += busy * time;
  }
}
