import { INSPECTOR_PORT } from '../inspector/inspector-port.js';
import type { InspectorPage } from '../inspector/page-server/inspector-page.js';
import { systemClock, type Clock } from '../transport/index.js';
import { portOption } from './arguments.js';
import { openPage } from './inspect.js';
import { exitCodeOf, nextEndSignal, processIO, writeLine, type CommandIO } from './io.js';
import { listenOn, type ServedRoutes } from './routes.js';
import { drainServer } from './serving.js';
import { formatTransition, paintFor } from './trace.js';
import { Traffic } from './traffic.js';
import type { Usage } from './usage.js';

const HOST = '127.0.0.1';
const PORT = 8080;

/** How to start the main job. */
export const MAIN_JOB_USAGE: Usage = {
  text: 'Usage:\n  PORT=8080 INSPECT_PORT=8090 npm start\n',
  help: 'PORT=8080 INSPECT_PORT=8090 npm start',
};

const VISITOR_WIDTH = 8;

/** Runs the main job in this process. */
export async function runMainProcess(): Promise<void> {
  const io = processIO();
  process.exitCode = await exitCodeOf(() => runMainJob(io), MAIN_JOB_USAGE, io);
}

/** What `npm start` runs: `serve --inspect` with a little traffic, and a line for each transition of its clients. */
export async function runMainJob(io: CommandIO, clock: Clock = systemClock): Promise<number> {
  const served = await atPortOrFree(io, portFrom(io, 'PORT', PORT), (port) => listenOn(HOST, port));
  const traffic = trafficTo(served, io, clock);
  let page: InspectorPage | null = null;
  try {
    page = await atPortOrFree(io, portFrom(io, 'INSPECT_PORT', INSPECTOR_PORT), (port) => {
      return openPage({ host: HOST, port, of: [served.server, ...traffic.sessions] });
    });
    writeLine(io.stdout, `listening on ${served.url}`);
    writeLine(io.stdout, `See the sessions live: ${page.url}`);
    writeLine(io.stdout, `Try: curl ${served.url}/json; curl ${served.url}/sessions. Ctrl+C ends it.\n`);
    traffic.start();
    await nextEndSignal(io);
  } finally {
    traffic.stop();
    await drainServer(served.server, io);
    await page?.close();
  }
  return 0;
}

function trafficTo({ host, port }: ServedRoutes, io: CommandIO, clock: Clock): Traffic {
  const begin = clock.wallTime();
  const paint = paintFor(io.stdout, io.env);
  return new Traffic(host, port, clock, (visitor, record) => {
    writeLine(io.stdout, `${visitor.padEnd(VISITOR_WIDTH)}${formatTransition(record, begin, paint)}`);
  });
}

function portFrom(io: CommandIO, name: string, usual: number): number {
  const wanted = io.env[name] ?? '';
  return portOption(name, wanted === '' ? String(usual) : wanted);
}

/** A first try should show something even if another program has the port. */
async function atPortOrFree<TOpened>(
  io: CommandIO,
  port: number,
  open: (port: number) => Promise<TOpened>,
): Promise<TOpened> {
  try {
    return await open(port);
  } catch (error) {
    const { code } = (error as Error).cause as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw error;
    writeLine(io.stderr, `port ${String(port)} is in use; using a free port`);
    return await open(0);
  }
}
