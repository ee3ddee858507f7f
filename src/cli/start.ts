import { exitCodeOf } from './exit-code.js';
import { MAIN_JOB_USAGE, runMainJob } from './main-job.js';
import { processIO } from './process-io.js';

const io = processIO();
process.exitCode = await exitCodeOf(() => runMainJob(io), MAIN_JOB_USAGE, io);
