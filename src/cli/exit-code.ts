import { OutputClosedError, tell, writeTo, type CommandIO } from './io.js';
import { HelpRequest, UsageError } from './usage.js';

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
