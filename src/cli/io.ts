import type { Writable } from 'node:stream';

import { HelpRequest, UsageError } from './usage.js';

/** The signals that end a command gracefully. */
export type EndSignal = 'SIGINT' | 'SIGTERM';

/** Where signals come from: the process, or a test. `SIGHUP` restarts workers. */
export interface SignalSource {
  on(signal: EndSignal | 'SIGHUP', listener: () => void): unknown;
  off(signal: EndSignal | 'SIGHUP', listener: () => void): unknown;
}

/** What a command may use of the process that it runs in. */
export interface CommandIO {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly signals: SignalSource;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The streams, signals and environment of this process. */
export function processIO(): CommandIO {
  // A failed write reports a broken pipe to its writer; without a listener the event would end the process.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return { stdout: process.stdout, stderr: process.stderr, signals: process, env: process.env };
}

/** Runs a command with its arguments, without its own name; resolves with the exit code. */
export type Command = (args: readonly string[], io: CommandIO) => Promise<number>;

/** The reader closed the output, as `head` does: not a failure, but there is no reason to continue. */
export class OutputClosedError extends Error {
  override readonly name = 'OutputClosedError';
}

const GONE_CODES: readonly unknown[] = ['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'];

/**
 * Writes, and resolves once the stream has accepted the data, so that a slow reader slows the writer.
 *
 * @throws OutputClosedError if the reader has gone; otherwise the stream's own error, as for a full disk.
 */
export function writeTo(stream: Writable, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(data, (error) => {
      if (error === undefined || error === null) resolve();
      else if (GONE_CODES.includes((error as NodeJS.ErrnoException).code)) reject(new OutputClosedError());
      else reject(error);
    });
  });
}

/** Writes a line and ignores failures: a message must not end what it reports on. */
export function writeLine(stream: Writable, line: string): void {
  stream.write(`${line}\n`, () => undefined);
}

/** Calls back at every `SIGINT` and `SIGTERM`; returns a function that removes the listener. */
export function onEndSignal(signals: SignalSource, listener: () => void): () => void {
  signals.on('SIGINT', listener);
  signals.on('SIGTERM', listener);
  return () => {
    signals.off('SIGINT', listener);
    signals.off('SIGTERM', listener);
  };
}

/** Resolves at the next `SIGINT` or `SIGTERM`. */
export function nextEndSignal(signals: SignalSource): Promise<void> {
  return new Promise((resolve) => {
    const off = onEndSignal(signals, () => {
      off();
      resolve();
    });
  });
}

/**
 * Runs a command and resolves with the exit code: 0, 1 if it failed, 2 if its arguments are not valid. Failures are
 * reported on standard error; a request for help prints the usage.
 */
export async function exitCodeOf(run: () => Promise<number>, usage: string, io: CommandIO): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof OutputClosedError) return 0;
    if (error instanceof HelpRequest) return await print(io, usage);
    const message = error instanceof Error ? error.message : String(error);
    const isUsageError = error instanceof UsageError;
    writeLine(io.stderr, `http-session: ${message}${isUsageError ? `\n\n${usage.trimEnd()}` : ''}`);
    return isUsageError ? 2 : 1;
  }
}

/** Prints a text; the exit code is 0 even if the reader goes away. */
export async function print(io: CommandIO, text: string): Promise<number> {
  await writeTo(io.stdout, text).catch((error: unknown) => {
    if (!(error instanceof OutputClosedError)) throw error;
  });
  return 0;
}
