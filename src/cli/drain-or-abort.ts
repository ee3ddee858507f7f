import { TIMEOUTS } from '../constants.js';
import { callListener } from '../diagnostics.js';
import type { DrainReport } from '../server/index.js';
import { systemClock, type Clock } from '../transport/index.js';
import { onSignals, writeLine, type CommandIO } from './io.js';
import { counted, durationInWords } from './words.js';

/** What a signal drains: a server or a pool of workers. */
export interface Drainable<TReport> {
  drain(): Promise<TReport>;
  stop(): Promise<unknown>;
}

/** What is said of a drain. */
export interface DrainWords<TReport> {
  /** What there is to drain: `3 connections`. */
  readonly subject: string;
  /** The report of each server that was drained. */
  readonly reportsOf: (report: TReport) => readonly DrainReport[];
}

/**
 * Drains, and says so on standard error. Another `SIGINT` or `SIGTERM` aborts the exchanges in progress; a terminal that
 * closes does not.
 */
export async function drainOrAbort<TReport>(
  served: Drainable<TReport>,
  words: DrainWords<TReport>,
  { signals, stderr }: Pick<CommandIO, 'signals' | 'stderr'>,
  clock: Clock = systemClock,
): Promise<void> {
  const begin = clock.now();
  writeLine(stderr, `draining ${words.subject}; Ctrl+C again aborts what is in progress`);
  let isAborting = false;
  const abort = (): void => {
    if (isAborting || clock.now() - begin < TIMEOUTS.signalEcho.value) return;
    isAborting = true;
    writeLine(stderr, 'aborting what is in progress');
    callListener(() => served.stop(), []);
  };
  const off = onSignals(signals, { SIGINT: abort, SIGTERM: abort, SIGHUP: () => undefined });
  const report = await served.drain();
  off();
  writeLine(stderr, drainLine(words.reportsOf(report), clock.now() - begin));
}

/** What a drain did, in one line. */
function drainLine(reports: readonly DrainReport[], duration: number): string {
  const sum = (count: (report: DrainReport) => number): number =>
    reports.reduce((total, report) => total + count(report), 0);
  const finished = sum((report) => report.finished);
  const aborted = sum((report) => report.aborted);
  const answered = sum(({ sessions }) => sessions.reduce((total, session) => total + session.answered, 0));
  const failed = sum(({ sessions }) => sessions.filter(({ outcome }) => outcome === 'failed').length);
  return [
    `drained in ${durationInWords(duration)}: ${counted(finished, 'connection')} finished`,
    `${String(aborted)} aborted`,
    ...(failed === 0 ? [] : [`${String(failed)} failed`]),
    `${counted(answered, 'request')} answered meanwhile`,
  ].join(', ');
}
