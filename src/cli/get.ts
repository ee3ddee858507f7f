import { setMaxListeners } from 'node:events';

import type { HTTPClient } from '../client/index.js';
import { AbortedError, HTTPSessionError } from '../errors/index.js';
import { systemClock } from '../transport/index.js';
import { traceClient } from './client-trace.js';
import { clientFor } from './get-client.js';
import { readGetOptions, type GetOptions } from './get-options.js';
import { OutputFile } from './get-output.js';
import { JsonReport, PlainReport, type GetReport } from './get-report.js';
import { GetRun } from './get-run.js';
import { GetScreen } from './get-screen.js';
import { CallWatch } from './get-watch.js';
import { writeLine, type CommandIO } from './io.js';
import { formatTransition, paintFor } from './trace.js';
import { UsageError } from './usage.js';
import { durationInWords } from './words.js';

/** `http-session get`: requests a URL, once or several times over one pool. */
export async function getUrl(args: readonly string[], io: CommandIO): Promise<number> {
  const options = await readGetOptions(args, io);
  if (options.output === undefined) return await requestTo(options, io);
  const file = new OutputFile(options.output);
  const exitCode = await requestTo(options, { ...io, stdout: file.stream });
  await file.close(exitCode === 0);
  return exitCode;
}

async function requestTo(options: GetOptions, io: CommandIO): Promise<number> {
  const client = clientFor(options);
  const endTrace = options.trace ? traceTo(io, client) : null;
  const screen = new GetScreen(io, options);
  const watch = new CallWatch(systemClock, options.timing);
  const report = options.json
    ? new JsonReport(options, io)
    : new PlainReport(options, io, screen, systemClock);
  try {
    await requestAll(client, options, report, () => new GetRun(options, watch, screen, systemClock));
  } finally {
    // Connections that rest are closed in order.
    void client.drain();
    // A server that answered early may never read the rest of the body: do not wait for it.
    client.destroy();
    endTrace?.();
    watch.close();
  }
  return report.exitCode;
}

/** Sends all requests, `parallel` of them at once. What ends the command, such as output that is closed, ends them all. */
async function requestAll(
  client: HTTPClient,
  options: GetOptions,
  report: GetReport,
  newRun: () => GetRun,
): Promise<void> {
  const stop = new AbortController();
  // Each request in progress listens to it.
  setMaxListeners(0, stop.signal);
  let left = options.repeat;
  const requestSome = async (): Promise<void> => {
    while (left-- > 0) await requestOnce(client, options, report, newRun(), stop.signal);
  };
  const atOnce = Math.min(options.parallel, options.repeat);
  try {
    await Promise.all(Array.from({ length: atOnce }, requestSome));
  } finally {
    left = 0;
    stop.abort();
  }
}

async function requestOnce(
  client: HTTPClient,
  { maxTime }: GetOptions,
  report: GetReport,
  run: GetRun,
  signal: AbortSignal,
): Promise<void> {
  const time = new TimeLimit(maxTime, signal);
  try {
    await report.responded(await run.request(client, time.signal), run);
  } catch (error) {
    if (signal.aborted) return;
    // A request that contradicts itself, as in Content-Length and body, is refused before any byte is sent.
    if (error instanceof TypeError || error instanceof RangeError) throw new UsageError(error.message);
    if (!(error instanceof HTTPSessionError)) throw error;
    run.end();
    await report.failed(time.isOver ? time.errorFor(error) : error, run);
  } finally {
    time.end();
    run.forget();
  }
}

/** The time that one request may take in all. */
class TimeLimit {
  readonly signal: AbortSignal;
  readonly #limit: number | undefined;
  readonly #over: AbortController;
  readonly #timer: NodeJS.Timeout | null;
  readonly #outer: AbortSignal;
  readonly #abort = (): void => {
    this.#over.abort();
  };

  constructor(limit: number | undefined, outer: AbortSignal) {
    this.#limit = limit;
    this.#outer = outer;
    this.#over = new AbortController();
    this.signal = limit === undefined ? outer : this.#over.signal;
    this.#timer = limit === undefined ? null : setTimeout(this.#abort, limit);
    if (limit !== undefined) outer.addEventListener('abort', this.#abort);
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** The error with what has ended the request, and the testimony of that moment. */
  errorFor(error: HTTPSessionError): HTTPSessionError {
    const limit = durationInWords(this.#limit ?? 0);
    const named = new AbortedError(`the request took longer than ${limit} (--max-time)`, {
      cause: error.cause,
    });
    named.testimony = error.testimony;
    return named;
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#outer.removeEventListener('abort', this.#abort);
  }
}

function traceTo(io: CommandIO, { clientId }: HTTPClient): () => void {
  const start = systemClock.now();
  const paint = paintFor(io.stderr, io.env);
  return traceClient(clientId, systemClock, (record) => {
    writeLine(io.stderr, formatTransition(record, start, paint));
  });
}
