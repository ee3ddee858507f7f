import { exitCodeOf, processIO } from './io.js';
import { MAIN_JOB_USAGE, runMainJob } from './main-job.js';

const io = processIO();
process.exitCode = await exitCodeOf(() => runMainJob(io), MAIN_JOB_USAGE, io);
