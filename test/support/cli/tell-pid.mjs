// Loaded in front of a program: tells on standard error when the process begins and ends.
import { writeSync } from 'node:fs';

writeSync(2, `${process.pid} began\n`);
process.on('exit', () => writeSync(2, `${process.pid} ended\n`));
