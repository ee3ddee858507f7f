import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long the processors are watched, in milliseconds. */
const WATCH = 1_000;

/** The processors of this machine, in words. */
export function processors() {
  const all = cpus();
  const model = all[0]?.model.trim().replace(/\s+/g, ' ') ?? 'an unknown processor';
  return `${all.length} x ${model}`;
}

/** Share of the processors that programs use while this one waits. @returns {Promise<number>} */
export async function shareInUse() {
  const before = times();
  await sleep(WATCH);
  const after = times();
  return 1 - (after.idle - before.idle) / (after.all - before.all || 1);
}

function times() {
  let [idle, all] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    all += Object.values(times).reduce((sum, time) => sum + time, 0);
  }
  return { idle, all };
}
