import type { HTTPClient } from '../client/index.js';
import { HTTPSessionError } from '../errors/index.js';
import { systemClock } from '../transport/index.js';
import { traceClient } from './client-trace.js';
import { clientFor } from './get-client.js';
import { readGetOptions, type GetOptions } from './get-options.js';
import { HeadReport, JsonReport, PlainReport, WholeReport, type GetReport } from './get-report.js';
import { writeLine, type CommandIO } from './io.js';
import { formatTransition, paintFor } from './trace.js';
import { UsageError } from './usage.js';

/** `http-session get`: requests a URL, once or several times over one pool. */
export async function getUrl(args: readonly string[], io: CommandIO): Promise<number> {
  const options = await readGetOptions(args, io.env);
  const client = clientFor(options);
  const endTrace = options.trace ? traceTo(io, client) : null;
  const report = reportOf(options, io);
  try {
    await requestAll(client, options, report);
  } finally {
    // Connections that rest are closed in order.
    void client.drain();
    // A server that answered early may never read the rest of the body: do not wait for it.
    client.destroy();
    endTrace?.();
  }
  return report.exitCode;
}

/** Sends all requests, `parallel` of them at once. What ends the command, such as output that is closed, ends them all. */
async function requestAll(client: HTTPClient, options: GetOptions, report: GetReport): Promise<void> {
  const stop = new AbortController();
  let left = options.repeat;
  const requestSome = async (): Promise<void> => {
    while (left-- > 0) await requestOnce(client, options, report, stop.signal);
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
  { url, request }: GetOptions,
  report: GetReport,
  signal: AbortSignal,
): Promise<void> {
  try {
    await report.responded(await client.request(url, { ...request, signal }));
  } catch (error) {
    if (signal.aborted) return;
    // A request that contradicts itself, as in Content-Length and body, is refused before any byte is sent.
    if (error instanceof TypeError || error instanceof RangeError) throw new UsageError(error.message);
    if (!(error instanceof HTTPSessionError)) throw error;
    await report.failed(error);
  }
}

function reportOf({ json, head, parallel }: GetOptions, io: CommandIO): GetReport {
  if (json) return new JsonReport(io);
  if (head) return new HeadReport(io);
  return parallel > 1 ? new WholeReport(io) : new PlainReport(io);
}

function traceTo(io: CommandIO, { clientId }: HTTPClient): () => void {
  const start = systemClock.now();
  const paint = paintFor(io.stderr, io.env);
  return traceClient(clientId, systemClock, (record) => {
    writeLine(io.stderr, formatTransition(record, start, paint));
  });
}
