import type { Duplex } from 'node:stream';

import { HTTPSessionError } from '../errors/index.js';
import type { HTTPClientSession } from '../session/index.js';
import { systemClock } from '../transport/index.js';
import { readGetOptions, sessionFor, type GetOptions } from './get-options.js';
import { HeadReport, JsonReport, PlainReport, type GetReport } from './get-report.js';
import { writeLine, type CommandIO } from './io.js';
import { formatTransition, paintFor, Trace } from './trace.js';
import { UsageError } from './usage.js';

/** `http-session get`: requests a URL, once or several times on one session. */
export async function getUrl(args: readonly string[], io: CommandIO): Promise<number> {
  const options = await readGetOptions(args);
  const trace = options.trace ? traceTo(io) : null;
  const session = sessionFor(options.url, trace === null ? {} : { clock: trace });
  trace?.follow(session);
  if (options.timeout !== undefined) session.setTimeout(options.timeout);
  const sockets = new Set<Duplex>();
  session.on('connected', () => {
    const socket = session.socket();
    if (socket !== null) sockets.add(socket.once('close', () => sockets.delete(socket)));
  });
  const report = reportOf(options, io);
  try {
    for (let request = 0; request < options.repeat; request++) await requestOnce(session, options, report);
    if (!session.matches('closed')) session.close();
  } finally {
    session.dispose();
    trace?.look();
    // A server that answered early may never read the rest of the body: do not wait for it.
    for (const socket of sockets) socket.destroy();
  }
  return report.exitCode;
}

async function requestOnce(
  session: HTTPClientSession,
  options: GetOptions,
  report: GetReport,
): Promise<void> {
  try {
    await report.responded(await session.request(options.request));
  } catch (error) {
    // A request that contradicts itself, as in Content-Length and body, is refused before any byte is sent.
    if (error instanceof TypeError || error instanceof RangeError) throw new UsageError(error.message);
    if (!(error instanceof HTTPSessionError)) throw error;
    await report.failed(error);
    session.reset();
  }
}

function reportOf(options: GetOptions, io: CommandIO): GetReport {
  if (options.json) return new JsonReport(io);
  return options.head ? new HeadReport(io) : new PlainReport(io);
}

function traceTo(io: CommandIO): Trace {
  const start = systemClock.wallTime();
  const paint = paintFor(io.stderr, io.env);
  return new Trace(
    systemClock,
    (record) => {
      writeLine(io.stderr, formatTransition(record, start, paint));
    },
    () => {
      writeLine(io.stderr, '... some transitions are missing: they came too fast to be recorded');
    },
  );
}
