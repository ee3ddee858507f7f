import { RemoteProtocolError, type ErrorCode } from '../../errors/index.js';
import { COLON, CR, LF, isBlankCode, isTokenCode, isValueCode } from '../grammar.js';
import type { HeadLimits } from '../limits.js';
import type { ReceiveBuffer, ScanProgress } from '../receive-buffer.js';

/*
 * The strict grammar of a head, byte by byte. It checks heads that are not complete yet, and says what is wrong with
 * malformed ones. A complete head that the readers recognise as well-formed at a glance never gets here.
 * Every error about a malformed head comes from this scanner, which looks at one byte after the other. So no error
 * depends on how the bytes were split, and each is thrown at the first byte that allows it.
 */

/** The place in a start line where only its LF may follow. The other places of a start line are lower numbers. */
export const START_LINE_LF = 99;
/** The place after a start line, and after each field line. */
export const FIELD_START = 100;
const FIELD_NAME = 101;
const FIELD_VALUE = 102;
const FIELD_LF = 103;
const END_LF = 104;
const END = 105;

/** The kind of section that is scanned: a head with its start line, or a trailer section without one. */
export interface SectionGrammar {
  /** The place to start at. */
  readonly start: number;
  /** One byte of the start line: the next place, `FIELD_START` after its LF. Throws `RemoteProtocolError`. */
  readonly stepStartLine: (progress: ScanProgress, byte: number, buffer: ReceiveBuffer) => number;
  /** The code for a malformed field line. */
  readonly badField: ErrorCode;
  /** The code for a section that is too large. */
  readonly tooLarge: ErrorCode;
}

/**
 * Continues where the last call stopped. Returns the length of the section once its end is in the buffer, else -1.
 *
 * @throws RemoteProtocolError
 */
export function scanSection(buffer: ReceiveBuffer, grammar: SectionGrammar, limits: HeadLimits): number {
  const progress = (buffer.scan ??= scanFrom(grammar.start, 0));
  if (progress.phase === END) return progress.scanned;
  for (let run = buffer.from(progress.scanned); run; run = buffer.from(progress.scanned)) {
    for (let at = 0; at < run.length; at++) {
      progress.phase = step(progress, run[at] as number, buffer, grammar);
      progress.scanned++;
      if (progress.phase === END) return progress.scanned;
      checkLimits(progress, grammar, limits);
    }
  }
  return -1;
}

/** A scan at the first byte. */
export function scanFrom(phase: number, emptyLines: number): ScanProgress {
  return { phase, scanned: 0, fields: 0, emptyLines };
}

/** The error for a line end that is not CRLF. A bare CR or LF is not tolerated (RFC 9112 section 2.2). */
export function badLineEnd(): RemoteProtocolError {
  return new RemoteProtocolError('line: must end in CRLF', 'ERR_HTTP_SESSION_BAD_LINE_END');
}

/** The error for more field lines than allowed. */
export function tooManyFields(code: ErrorCode, limit: number): RemoteProtocolError {
  return new RemoteProtocolError(`fields: too many (limit ${limit})`, code, 431);
}

function step(progress: ScanProgress, byte: number, buffer: ReceiveBuffer, grammar: SectionGrammar): number {
  const { phase } = progress;
  if (phase === FIELD_LF || phase === END_LF) {
    if (byte !== LF) throw badLineEnd();
    return phase === FIELD_LF ? FIELD_START : END;
  }
  if (byte === LF && phase >= FIELD_START) throw badLineEnd();
  if (phase === FIELD_VALUE) return stepValue(byte, grammar);
  if (phase === FIELD_NAME) return stepName(byte, grammar);
  if (phase === FIELD_START) return stepFieldStart(progress, byte, grammar);
  return grammar.stepStartLine(progress, byte, buffer);
}

function stepFieldStart(progress: ScanProgress, byte: number, grammar: SectionGrammar): number {
  if (byte === CR) return END_LF;
  if (isBlankCode(byte)) {
    // obs-fold, or whitespace before the first field (RFC 9112 sections 5.2 and 2.2).
    throw new RemoteProtocolError('field line: begins with whitespace', grammar.badField);
  }
  if (!isTokenCode(byte)) throw new RemoteProtocolError('field name: not a token', grammar.badField);
  progress.fields++;
  return FIELD_NAME;
}

function stepName(byte: number, grammar: SectionGrammar): number {
  if (byte === COLON) return FIELD_VALUE;
  if (isTokenCode(byte)) return FIELD_NAME;
  if (isBlankCode(byte)) {
    // RFC 9112 section 5.1: this whitespace has led to request smuggling.
    throw new RemoteProtocolError('field line: whitespace before the colon', grammar.badField);
  }
  throw new RemoteProtocolError('field name: not a token', grammar.badField);
}

function stepValue(byte: number, grammar: SectionGrammar): number {
  if (byte === CR) return FIELD_LF;
  if (isValueCode(byte)) return FIELD_VALUE;
  throw new RemoteProtocolError('field value: contains a control character', grammar.badField);
}

function checkLimits(progress: ScanProgress, grammar: SectionGrammar, limits: HeadLimits): void {
  if (progress.phase < FIELD_START) {
    // The LF after the CR does not belong to the line.
    if (progress.scanned > limits.maxStartLineBytes && progress.phase !== START_LINE_LF) {
      throw new RemoteProtocolError(
        `start line: too long (limit ${limits.maxStartLineBytes} bytes)`,
        'ERR_HTTP_SESSION_START_LINE_TOO_LONG',
        414,
      );
    }
  } else if (progress.fields > limits.maxFieldCount) {
    throw tooManyFields(grammar.tooLarge, limits.maxFieldCount);
  }
  if (progress.scanned >= limits.maxHeadBytes) {
    const text = `field section: too large (limit ${limits.maxHeadBytes} bytes)`;
    throw new RemoteProtocolError(text, grammar.tooLarge, 431);
  }
}
