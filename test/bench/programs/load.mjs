/*
 * Loads a module, and prints the CPU time that this has taken, in milliseconds.
 */

const before = process.cpuUsage();
await import(String(process.argv[2]));
const { user, system } = process.cpuUsage(before);
process.stdout.write(String((user + system) / 1_000));
