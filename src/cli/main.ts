#!/usr/bin/env node
import { runCommandLine } from './command-line.js';
import { processIO } from './io.js';

process.exitCode = await runCommandLine(process.argv.slice(2), processIO());
