import { CLIENT_JOBS } from './clients.mjs';
import { ENGINE_JOBS } from './engine.mjs';
import { HONO_JOBS } from './hono.mjs';
import { LISTENER_JOBS } from './listeners.mjs';
import { POOL_JOBS } from './pool.mjs';
import { PROCESS_JOBS } from './processes.mjs';
import { RECORDER_JOBS } from './recorder.mjs';
import { SERVER_JOBS } from './servers.mjs';

/** Everything that is measured. The bounds and aims are the project's own. */
export const JOBS = [
  ...SERVER_JOBS,
  ...RECORDER_JOBS,
  ...HONO_JOBS,
  ...LISTENER_JOBS,
  ...PROCESS_JOBS,
  ...CLIENT_JOBS,
  ...POOL_JOBS,
  ...ENGINE_JOBS,
];

export const ROWS = JOBS.flatMap((job) => job.rows);
