/* Prints `N passed, M failed` from the report that `jest --json --outputFile` wrote. */
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
// A test file that does not even load has no tests that could fail, but is a failure.
const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
console.log(`${report.numPassedTests} passed, ${failed} failed`);
