/*
 * Who started this program. npm passes SIGTERM on to the shell between itself and the program, which ends without a word to
 * its child, and a killed npm passes on nothing. The program would go on, and keep its ports.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Milliseconds between two looks. */
const INTERVAL = 250;

/**
 * Calls back once npm, or the shell that it started for this script, is gone. Does nothing when npm did not start it: a
 * program that was started by hand may outlive its shell.
 *
 * @param {() => void} gone
 */
export function whenStarterEnds(gone) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const { command, parent: grandparent } = factsOf(parent);
  const isShell = /(^|\/)(ba|da|k|z|a)?sh$/.test(command);
  const starters = isShell && grandparent > 1 ? [parent, grandparent] : [parent];
  const timer = setInterval(() => {
    if (process.ppid === parent && starters.every(isThere)) return;
    clearInterval(timer);
    gone();
  }, INTERVAL);
  timer.unref();
}

/** @param {number} pid @returns {{ command: string, parent: number }} */
function factsOf(pid) {
  try {
    // The name of the command is in parentheses, and may contain some.
    const [, command, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return { command, parent: Number(parent) };
  } catch {
    return factsByPs(pid);
  }
}

/** Where there is no /proc. */
function factsByPs(pid) {
  try {
    const line = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' });
    const [, parent, command] = /^\s*(\d+)\s+(.*?)\s*$/.exec(line);
    return { command, parent: Number(parent) };
  } catch {
    return { command: '', parent: 0 };
  }
}

/** @param {number} pid */
function isThere(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It exists, and belongs to another user.
    return error.code === 'EPERM';
  }
}
