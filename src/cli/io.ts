import type { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';

import { describeValue } from '../errors/index.js';
import { HelpRequest, UsageError, type Usage } from './usage.js';

/** The signals of a command: `SIGHUP` ends it if its terminal is gone, and otherwise restarts workers. */
export type CommandSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Where signals come from: the process, or a test. */
export interface SignalSource {
  on(signal: CommandSignal, listener: () => void): unknown;
  off(signal: CommandSignal, listener: () => void): unknown;
}

/** What a command may use of the process that it runs in. */
export interface CommandIO {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Opens standard input, which is left alone until then. */
  readonly stdin: () => AsyncIterable<string | Buffer>;
  readonly signals: SignalSource;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a `SIGHUP` of this moment says that the terminal was closed. */
  readonly isHungUp: () => boolean;
  /** Whether the process was started to survive a `SIGHUP`, as `nohup` does it. */
  readonly ignoresHangup: boolean;
}

/** The streams, signals and environment of this process. */
export function processIO(): CommandIO {
  // A failed write reports a broken pipe to its writer; without a listener the event would end the process.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const { stdout, stderr, env } = process;
  const stdin = (): NodeJS.ReadStream => process.stdin;
  const hangup = { isHungUp: terminalWatch(), ignoresHangup: ignoresHangup() };
  return { stdout, stderr, stdin, signals: process, env, ...hangup };
}

/** The descriptors of standard input, output and error. */
const STANDARD = [0, 1, 2];

/**
 * Tells a closed terminal from a `SIGHUP` that asks for a restart: the kernel hangs up the descriptors of a
 * terminal before it sends the signal, and they are terminals no more.
 */
function terminalWatch(): () => boolean {
  const { isatty } = process.getBuiltinModule('node:tty');
  const terminals = STANDARD.filter((descriptor) => isatty(descriptor));
  return () => terminals.some((descriptor) => !isatty(descriptor));
}

/** `SIGHUP` in the mask of /proc. */
const HANGUP_BIT = 1n;

/** Whether the process was started with `SIGHUP` ignored. Node.js cannot say it; where Linux does not either, no. */
function ignoresHangup(): boolean {
  try {
    const status = process.getBuiltinModule('node:fs').readFileSync('/proc/self/status', 'utf8');
    const [, mask = '0'] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status) ?? [];
    return (BigInt(`0x${mask}`) & HANGUP_BIT) !== 0n;
  } catch {
    return false;
  }
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

/** What a command asks of its signals. */
export type SignalIO = Pick<CommandIO, 'signals' | 'isHungUp' | 'ignoresHangup'>;

/** Whether a stream is a terminal, which people read. */
export function isTerminal(stream: Writable): boolean {
  return (stream as Partial<WriteStream>).isTTY === true;
}

/** Calls back at signals; returns a function that removes the listeners. */
export function onSignals(
  signals: SignalSource,
  listeners: Readonly<Partial<Record<CommandSignal, () => void>>>,
): () => void {
  const entries = Object.entries(listeners) as [CommandSignal, () => void][];
  for (const [signal, listener] of entries) signals.on(signal, listener);
  return () => {
    for (const [signal, listener] of entries) signals.off(signal, listener);
  };
}

/**
 * Resolves at the next signal to end: `SIGINT`, `SIGTERM`, or `SIGHUP`.
 *
 * @param hangup - called for a `SIGHUP` that does not come from a closed terminal, and then does not end anything.
 */
export function nextEndSignal(io: SignalIO, hangup?: () => void): Promise<void> {
  const { signals, isHungUp, ignoresHangup } = io;
  return new Promise((resolve) => {
    const end = (): void => {
      off();
      resolve();
    };
    const onHangup = (): void => {
      if (hangup === undefined || isHungUp()) end();
      else hangup();
    };
    // A listener for a signal that is ignored would end what was started to survive it.
    const isHeard = hangup !== undefined || !ignoresHangup;
    const off = onSignals(signals, { SIGINT: end, SIGTERM: end, ...(isHeard ? { SIGHUP: onHangup } : {}) });
  });
}

/**
 * Runs a command and resolves with the exit code: 0, 1 if it failed, 2 if its arguments are not valid. Failures are
 * reported on standard error, those of arguments with the command that prints the usage; a request for help prints it.
 */
export async function exitCodeOf(run: () => Promise<number>, usage: Usage, io: CommandIO): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof OutputClosedError) return 0;
    if (error instanceof HelpRequest) return await print(io, usage.text());
    const message = error instanceof Error ? error.message : describeValue(error);
    const isUsageError = error instanceof UsageError;
    writeLine(io.stderr, `http-session: ${message}${isUsageError ? `\ntry ${usage.help}` : ''}`);
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
