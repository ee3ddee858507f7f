import { systemClock, type Clock } from '../transport/index.js';
import { nextEndSignal, tell, type CommandIO } from './io.js';
import { portOption } from './serve.js';
import { drainUnlessUrged, listenOn, type ServedRoutes } from './served-routes.js';
import { paintFor } from './paint.js';
import { formatTransition } from './trace.js';
import { Traffic } from './traffic.js';

const HOST = '127.0.0.1';
const PORT = '8080';

/** How the environment of the main job is set. */
export const MAIN_JOB_USAGE = `Usage:\n  PORT=8080 npm start\n`;

const VISITOR_WIDTH = 8;

/**
 * What `npm start` runs: the routes of `serve` with a little traffic, and every transition of it as a line. The
 * inspector's page is to join it with the release that brings `serve --inspect`.
 */
export async function runMainJob(io: CommandIO, clock: Clock = systemClock): Promise<number> {
  const served = await listenSomewhere(io);
  tell(io.stdout, `listening on ${served.url}`);
  tell(io.stdout, `Try: curl ${served.url}/json; curl ${served.url}/sessions. Ctrl+C ends it.\n`);
  const begin = clock.wallTime();
  const paint = paintFor(io.stdout, io.env);
  const traffic = new Traffic(served.host, served.port, clock, (visitor, record) => {
    tell(io.stdout, `${visitor.padEnd(VISITOR_WIDTH)}${formatTransition(record, begin, paint)}`);
  });
  traffic.start();
  await nextEndSignal(io.signals);
  traffic.stop();
  await drainUnlessUrged(served.server, io.signals);
  return 0;
}

async function listenSomewhere(io: CommandIO): Promise<ServedRoutes> {
  const wanted = io.env['PORT'] ?? '';
  const port = portOption('PORT', wanted === '' ? PORT : wanted);
  try {
    return await listenOn(HOST, port);
  } catch (error) {
    const { code } = (error as Error).cause as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw error;
    tell(io.stderr, `Port ${String(port)} is taken; taking a free one.`);
    return await listenOn(HOST, 0);
  }
}
