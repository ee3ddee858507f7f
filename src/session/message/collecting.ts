import { LIMITS } from '../../constants.js';
import {
  checkOptions,
  checkSignal,
  describeValue,
  KnownNames,
  RemoteProtocolError,
} from '../../errors/index.js';
import type { ReadOptions } from '../bytes/raw-bytes.js';
import type { SessionCore } from '../core/session-core.js';
import { testify } from '../core/testify.js';

/** Options of `bytes`, `text` and `json`. */
export interface CollectOptions {
  /** The most bytes to collect. @defaultValue 64 MiB */
  readonly maxBytes?: number | undefined;
}

const READ_OPTIONS = new KnownNames('option of read()', ['signal']);
const COLLECT_OPTIONS = new KnownNames('option of bytes(), text() and json()', ['maxBytes']);

/** The most bytes that a call collects. @throws TypeError, RangeError */
export function maxBytesIn(call: string, options: CollectOptions): number {
  checkOptions(call, options, COLLECT_OPTIONS);
  const { maxBytes = LIMITS.maxCollectedBytes.value } = options;
  if (typeof maxBytes === 'number' && maxBytes >= 0) return maxBytes;
  throw new RangeError(`maxBytes: must be a number, 0 or more (got ${describeValue(maxBytes)})`);
}

/** The signal of a read. @throws TypeError */
export function signalIn(options: ReadOptions): AbortSignal | undefined {
  checkOptions('read()', options, READ_OPTIONS);
  checkSignal('read()', options.signal);
  return options.signal;
}

/** Text as JSON. @throws RemoteProtocolError, which does not quote the text: it may be a secret. */
export function parsedJSON(text: string, core: SessionCore): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const place = / at position \d+/.exec((error as Error).message)?.[0] ?? '';
    const message = `body: malformed JSON${place}`;
    throw testify(core, new RemoteProtocolError(message, 'ERR_HTTP_SESSION_BAD_JSON', 400));
  }
}
