import { constants } from 'node:os';
import { isMainThread } from 'node:worker_threads';

import { callListener, reportFault } from '../diagnostics.js';
import {
  checkOptions,
  describeValue,
  ERROR_CODES,
  KnownNames,
  type HTTPSessionError,
} from '../errors/index.js';
import {
  SELECTION_OPTIONS,
  type InspectionTarget,
  type SessionSelection,
} from '../inspect/session-inspection.js';
import { checkBoolean, checkCount, checkTimeout } from '../session/index.js';
import { systemClock, type Clock } from '../transport/index.js';
import { DumpFolder } from './recorder/dump-folder.js';
import { Recorder } from './recorder/recorder.js';
import { writeRecording } from './recorder/recording-file.js';

/** A file that a recorder has written by itself. */
export interface RecordingFile {
  /** Where it is. */
  readonly path: string;
  /** Why. */
  readonly reason: 'signal' | 'error';
  /** The error that it was written for. */
  readonly error: HTTPSessionError | null;
}

/** What to record, how much of it, and when to write it to a file. */
export interface RecordSessionsOptions extends SessionSelection {
  /**
   * How many changes are remembered: a request makes about four. Each takes 40 bytes, and the targets of requests 16 bytes
   * more: 3 MB for the default, allocated at once and never grown. At most 10,000,000. What is known of a session takes about 1 kB, as long as
   * it runs or is one of the last 1,000 that ended. @defaultValue 50 000
   */
  readonly last?: number | undefined;
  /** Whether targets are recorded with their queries, in which there may be secrets. @defaultValue false */
  readonly queries?: boolean | undefined;
  /** Where files go that are written by a signal or an error; made if it is not there. @defaultValue the working folder */
  readonly folder?: string | undefined;
  /**
   * A signal that has a file written: `SIGUSR2`. Without it, that signal ends the process. Signals reach the main thread
   * only. Default: none.
   */
  readonly signal?: NodeJS.Signals | undefined;
  /**
   * The codes of errors that have a file written, or a function that says so. The file is written once the turn of the
   * event loop is over, so that it shows what came of the error. Default: none.
   */
  readonly onErrors?: readonly string[] | ((error: HTTPSessionError) => boolean) | undefined;
  /** At least so many milliseconds are between two files for errors; in a storm of them, others have none. @defaultValue 10 000 */
  readonly pause?: number | undefined;
  /** How many files of its own the recorder leaves there; one more replaces the oldest. @defaultValue 10 */
  readonly maxFiles?: number | undefined;
  /** Called when a file has been written by a signal or an error. */
  readonly onFile?: ((file: RecordingFile) => void) | undefined;
  /** Where time comes from; tests pass a virtual clock. @defaultValue the system's clock */
  readonly clock?: Clock | undefined;
}

/** What was recorded, as plain JSON: the page opens it, and `http-session show` prints it. */
export interface SessionsRecording {
  /** Tells it from other JSON. */
  readonly format: 'http-session-recording';
  /** The version of the format: 2. */
  readonly version: number;
  /** When it was made, in milliseconds since the Unix epoch. */
  readonly at: number;
}

/** Sessions that are being recorded. */
export interface SessionsRecorder extends Disposable {
  /** How many sessions are recorded now. */
  readonly size: number;
  /** How many changes are remembered, up to `last`. */
  readonly length: number;
  /** Starts to record a session, a server with all its sessions, or a client; no effect once closed. @throws TypeError for anything else */
  add(target: InspectionTarget): void;
  /** Stops recording a session, a server with its sessions, or a client. What was recorded stays. */
  remove(target: InspectionTarget): void;
  /** Everything that is remembered. 50,000 changes take 0.2 to 0.4 s, in which nothing else runs. */
  dump(): SessionsRecording;
  /** Writes what `dump` returns to a file, which only its owner can read. It is there whole or not at all. @throws the system's error */
  save(path: string): Promise<void>;
  /** Stops recording and listening for the signal. What was recorded can still be dumped. Idempotent. */
  close(): void;
}

const OPTIONS = new KnownNames('option of recordSessions()', [
  ...['last', 'queries', 'folder', 'signal', 'onErrors', 'pause', 'maxFiles', 'onFile', 'clock'],
  ...SELECTION_OPTIONS,
]);

/** These take 560 MB. */
const MOST_CHANGES = 10_000_000;

/** Signals that end or stop a process unheard. */
const UNHEARD: readonly string[] = ['SIGKILL', 'SIGSTOP'];

const CODES = new KnownNames('error code', Object.keys(ERROR_CODES));

/**
 * Records what sessions do, without a page: the last changes of their charts and of those of clients, their requests,
 * counters and errors, in memory of a fixed size. Header fields and bodies are never part of it.
 *
 * It does not keep the process alive and never throws into a session. What it costs is in docs/benchmarks.md.
 *
 * @throws RangeError for a number out of range; TypeError for an unknown option, for an unknown error code or signal, and
 * for a target that is not a session, a server or a client
 *
 * @example
 * ```ts
 * const server = new HTTPServer(handler);
 * const recorder = recordSessions({
 *   of: [server],
 *   signal: 'SIGUSR2',
 *   onErrors: ['ERR_HTTP_SESSION_TIMEOUT'],
 *   folder: 'recordings',
 * });
 * await server.listen({ port: 8080 });
 * process.once('SIGTERM', () => void recorder.save('last.json'));
 * ```
 */
export function recordSessions(options: RecordSessionsOptions = {}): SessionsRecorder {
  checkOptions('recordSessions()', options, OPTIONS);
  const { last = 50_000, queries = false, folder = '.', signal, onErrors, onFile } = options;
  const { pause = 10_000, maxFiles = 10, clock = systemClock } = options;
  for (const [name, count] of Object.entries({ last, maxFiles })) {
    if (checkCount(count, name) === 0) throw new RangeError(`${name}: must be above 0 (got 0)`);
  }
  if (last > MOST_CHANGES) {
    throw new RangeError(`last: must be at most ${String(MOST_CHANGES)} (got ${String(last)})`);
  }
  checkTimeout(pause, 'pause');
  if (typeof folder !== 'string')
    throw new TypeError(`folder: must be a path (got ${describeValue(folder)})`);
  if (signal !== undefined && (!Object.hasOwn(constants.signals, signal) || UNHEARD.includes(signal))) {
    throw new TypeError(
      `signal: must be the name of a signal that a program can hear (got ${describeValue(signal)})`,
    );
  }
  if (onFile !== undefined && typeof onFile !== 'function') {
    throw new TypeError(`onFile: must be a function (got ${describeValue(onFile)})`);
  }
  const isWanted = wantedErrors(onErrors);
  const files = new DumpFolder(folder, maxFiles);
  const { of, filter, sampling } = options;

  const write = async (reason: RecordingFile['reason'], error: HTTPSessionError | null): Promise<void> => {
    try {
      const path = await files.add(recorder.recording());
      if (path !== null && onFile !== undefined) callListener(onFile, [{ path, reason, error }]);
    } catch (failure) {
      reportFault('implementation', failure);
    }
  };
  let errorAt = -Infinity;
  const failed = (error: HTTPSessionError): void => {
    if (isWanted === null || clock.now() - errorAt < pause || !isWanted(error)) return;
    errorAt = clock.now();
    setImmediate(() => void write('error', error));
  };
  const recorder = new Recorder({
    selection: { of, filter, sampling },
    ...{ last, hasQueries: checkBoolean(queries, 'queries'), clock, failed },
  });
  const heard = (): void => void write('signal', null);
  if (signal !== undefined && isMainThread) process.on(signal, heard);
  const close = (): void => {
    recorder.close();
    if (signal !== undefined) process.off(signal, heard);
  };
  return {
    get size() {
      return recorder.size;
    },
    get length() {
      return recorder.length;
    },
    add: (target) => {
      recorder.add(target);
    },
    remove: (target) => {
      recorder.remove(target);
    },
    dump: () => recorder.recording(),
    save: async (path) => {
      await writeRecording(path, recorder.recording());
    },
    close,
    [Symbol.dispose]: close,
  };
}

function wantedErrors(
  onErrors: RecordSessionsOptions['onErrors'],
): ((error: HTTPSessionError) => boolean) | null {
  if (onErrors === undefined) return null;
  if (Array.isArray(onErrors)) {
    for (const code of onErrors as readonly unknown[]) CODES.check(code);
    const codes = new Set<string>(onErrors as readonly string[]);
    return ({ code }) => codes.has(code);
  }
  if (typeof onErrors !== 'function') {
    throw new TypeError(`onErrors: must be a list of codes or a function (got ${describeValue(onErrors)})`);
  }
  const isWanted = onErrors;
  return (error) => {
    try {
      return isWanted(error);
    } catch (failure) {
      reportFault('listener', failure);
      return false;
    }
  };
}
