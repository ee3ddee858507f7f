import { fileURLToPath } from 'node:url';

import { INSPECTOR_PORT } from '../inspector/inspector-port.js';
import { packageFile } from '../inspector/package-file.js';
import type { InspectorPage } from '../inspector/page-server/inspector-page.js';
import { systemClock, type Clock } from '../transport/index.js';
import { parseOptions, portOption, refuseMore } from './arguments.js';
import { START_TABLE } from './command-tables.js';
import { openPage } from './inspect.js';
import { Crowd } from './crowd.js';
import { exitCodeOf, nextEndSignal, processIO, writeLine, type CommandIO } from './io.js';
import { countsOfPool, countsOfServer, Picture, type PictureSource } from './picture.js';
import { listenOn, type ServedRoutes } from './routes.js';
import { drainServer, serveOptions, startLog, withDefaults, type ServeOptions } from './serving.js';
import { formatTransition, paintFor } from './trace.js';
import { Traffic, type TrafficObserver } from './traffic.js';
import { usageFor } from './usage.js';

const PORT = 8080;
const LOOPBACK = '127.0.0.1';

const VISITOR_WIDTH = 8;

/** Runs the main job in this process. */
export async function runMainProcess(): Promise<void> {
  const io = processIO();
  process.exitCode = await exitCodeOf(() => runMainJob(process.argv.slice(2), io), usageFor('start'), io);
}

/** How the main job is started. */
interface MainJobOptions extends ServeOptions {
  /** Whether the user has chosen the port, so that no other one will do. */
  readonly isPortGiven: boolean;
  readonly trace: boolean;
}

/**
 * What `npm start` and `http-session start` run: `serve --inspect` with a little traffic. It shows how many connections
 * are in which state, or, with `--trace`, each transition of those that send the traffic.
 */
export async function runMainJob(
  args: readonly string[],
  io: CommandIO,
  clock: Clock = systemClock,
): Promise<number> {
  const options = mainJobOptions(args, io);
  if (options.workers !== null)
    return await runWithWorkers({ ...options, workers: options.workers }, io, clock);
  const served = await openAt(io, options.port, options.isPortGiven, (port) => listenOn(options.host, port));
  const traffic = trafficTo(served, options, io, clock);
  const crowd = crowdTo(served, options, clock);
  let page: InspectorPage | null = null;
  let endShow = (): void => undefined;
  try {
    page = await openInspector(options, served, traffic, io);
    writeLine(io.stdout, `listening on ${served.url}`);
    writeLine(io.stdout, `See the sessions live: ${page.url}`);
    writeLine(io.stdout, `Try: curl ${served.url}/json; curl ${served.url}/sessions. Ctrl+C ends it.\n`);
    const endLog = await startLog(served.server, options.log, io);
    const picture = pictureOf(() => countsOfServer(served.server), traffic, options, io, clock);
    endShow = (): void => {
      endLog();
      picture?.end();
    };
    traffic.start();
    crowd?.start();
    await nextEndSignal(io);
  } finally {
    endShow();
    crowd?.stop();
    traffic.stop();
    await drainServer(served.server, io);
    await page?.close();
  }
  return 0;
}

/** The same over a pool of workers; its counts are those of processes. */
async function runWithWorkers(
  options: MainJobOptions & { readonly workers: number },
  io: CommandIO,
  clock: Clock,
): Promise<number> {
  const { serveWithWorkers } = await import('./serve-workers.js');
  const page = options.page ?? { host: LOOPBACK, port: portFrom(io, 'INSPECT_PORT', INSPECTOR_PORT) };
  return await serveWithWorkers({ ...options, page }, io, {
    exec: fileURLToPath(packageFile('dist/src/cli/main.js')),
    listening: (served, pool, shown) => {
      const traffic = trafficTo(served, options, io, clock);
      const crowd = crowdTo(served, options, clock);
      for (const session of traffic.sessions) shown?.add(session);
      const picture = pictureOf(() => countsOfPool(pool), traffic, options, io, clock);
      traffic.start();
      crowd?.start();
      return () => {
        picture?.end();
        crowd?.stop();
        traffic.stop();
      };
    },
  });
}

/** A picture, unless lines are printed: they would overwrite each other. */
function pictureOf(
  source: () => PictureSource,
  traffic: Traffic,
  { trace, log }: MainJobOptions,
  io: CommandIO,
  clock: Clock,
): Picture | null {
  return trace || log !== null ? null : new Picture(source(), traffic, io, clock);
}

function mainJobOptions(args: readonly string[], io: CommandIO): MainJobOptions {
  const { values, positionals } = parseOptions(withDefaults(args), START_TABLE);
  refuseMore(positionals, 0);
  const { port, trace } = values;
  const options = serveOptions({ ...values, port: port ?? String(portFrom(io, 'PORT', PORT)) });
  return { ...options, isPortGiven: port !== undefined, trace };
}

async function openInspector(
  { page }: MainJobOptions,
  { server }: ServedRoutes,
  traffic: Traffic,
  io: CommandIO,
): Promise<InspectorPage> {
  const address = page ?? { host: LOOPBACK, port: portFrom(io, 'INSPECT_PORT', INSPECTOR_PORT) };
  return await openAt(io, address.port, page !== null, (free) => {
    return openPage({ ...address, port: free, of: [server, ...traffic.sessions] });
  });
}

function trafficTo(
  { host, port }: Pick<ServedRoutes, 'host' | 'port'>,
  { trace }: MainJobOptions,
  io: CommandIO,
  clock: Clock,
): Traffic {
  const begin = clock.wallTime();
  const paint = paintFor(io.stdout, io.env);
  const observe: TrafficObserver = (visitor, record) => {
    if (!trace) return;
    writeLine(io.stdout, `${visitor.padEnd(VISITOR_WIDTH)}${formatTransition(record, begin, paint)}`);
  };
  return new Traffic(reachableHost(host), port, clock, observe);
}

/** Nothing comes in between where the transitions of the visitors are printed. */
function crowdTo(
  { host, port }: Pick<ServedRoutes, 'host' | 'port'>,
  { trace, log }: MainJobOptions,
  clock: Clock,
): Crowd | null {
  return trace || log !== null ? null : new Crowd(reachableHost(host), port, clock);
}

/** An address of this machine where a server on all of them is reached. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return LOOPBACK;
  return host === '::' ? '::1' : host;
}

function portFrom(io: CommandIO, name: string, usual: number): number {
  const wanted = io.env[name] ?? '';
  return portOption(name, wanted === '' ? String(usual) : wanted);
}

/** A first try should show something even if another program has the usual port. */
async function openAt<TOpened>(
  io: CommandIO,
  port: number,
  isGiven: boolean,
  open: (port: number) => Promise<TOpened>,
): Promise<TOpened> {
  try {
    return await open(port);
  } catch (error) {
    const { code } = (error as Error).cause as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' || isGiven) throw error;
    writeLine(io.stderr, `port ${String(port)} is in use; using a free port`);
    return await open(0);
  }
}
