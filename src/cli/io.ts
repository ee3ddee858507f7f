import type { Writable } from 'node:stream';

import { HelpRequest, UsageError } from './usage.js';

/** The signals that end a command in good order. */
export type EndSignal = 'SIGINT' | 'SIGTERM';

/** Where signals come from: the process, or a test. `SIGHUP` renews what serves. */
export interface SignalSource {
  on(signal: EndSignal | 'SIGHUP', listener: () => void): unknown;
  off(signal: EndSignal | 'SIGHUP', listener: () => void): unknown;
}

/** What a command may touch of the process that it runs in. */
export interface CommandIO {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly signals: SignalSource;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The streams, signals and environment of this process. */
export function processIO(): CommandIO {
  // Whoever writes hears of a broken pipe by the write itself; the event alone would end the process with a stack.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return { stdout: process.stdout, stderr: process.stderr, signals: process, env: process.env };
}

/** A command: its arguments without its own name, to its exit code. */
export type Command = (args: readonly string[], io: CommandIO) => Promise<number>;

/** Whoever read the output has seen enough, as `head` does: no failure, but no reason to go on either. */
export class OutputClosedError extends Error {
  override readonly name = 'OutputClosedError';
}

const GONE_CODES: readonly unknown[] = ['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'];

/**
 * Writes, and resolves once the reader has taken it, so that a slow reader holds back whoever writes.
 *
 * @throws OutputClosedError when nobody reads any more; the stream's own error otherwise, as for a full disk.
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

/** Writes a line that nobody has to read: a message must not end what it reports on. */
export function tell(stream: Writable, line: string): void {
  stream.write(`${line}\n`, () => undefined);
}

/** Calls back at every `SIGINT` and `SIGTERM`; returns a function that ends it. */
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
 * Runs something and resolves with the exit code: 0, 1 when it failed, 2 when its arguments make no sense. Failures
 * are told on standard error; whoever asks for help gets the usage.
 */
export async function exitCodeOf(run: () => Promise<number>, usage: string, io: CommandIO): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof OutputClosedError) return 0;
    if (error instanceof HelpRequest) return await print(io, usage);
    const message = error instanceof Error ? error.message : String(error);
    const isUsageError = error instanceof UsageError;
    tell(io.stderr, `http-session: ${message}${isUsageError ? `\n\n${usage.trimEnd()}` : ''}`);
    return isUsageError ? 2 : 1;
  }
}

/** Prints a text; the exit code is 0, whether somebody reads all of it or not. */
export async function print(io: CommandIO, text: string): Promise<number> {
  await writeTo(io.stdout, text).catch((error: unknown) => {
    if (!(error instanceof OutputClosedError)) throw error;
  });
  return 0;
}
