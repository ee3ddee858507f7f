/*
 * A server and nothing else, for the time it takes to start. It prints its port, and ends when its standard input
 * does, so that it cannot outlive the benchmark.
 */

const { listen } = await import(`../servers/${process.argv[2]}.mjs`);
process.stdout.write(`${await listen('hello', 0)}\n`);
process.stdin.on('end', () => process.exit()).resume();
