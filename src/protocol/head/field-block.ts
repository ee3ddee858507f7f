import { COLON, LF, sliceTrimmed } from '../grammar.js';
import type { HeadLimits } from '../limits.js';
import type { ReceiveBuffer } from '../receive-buffer.js';
import { scanSection, type SectionGrammar } from './scanner.js';

/** All field lines and the blank line after them, at a glance. No part of it can match in two ways. */
const FIELD_BLOCK = /(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n/y;

/** Whether `text` from `start` is well-formed field lines and a blank line that ends at `end`. */
function isFieldBlock(text: string, start: number, end: number): boolean {
  FIELD_BLOCK.lastIndex = start;
  return FIELD_BLOCK.test(text) && FIELD_BLOCK.lastIndex === end;
}

/**
 * The fields of a head that decide about its framing and its connection, found in one pass over the text. Several
 * values of a field are joined with commas, also empty ones. For lists this changes nothing (RFC 9110 section 5.3), and
 * a doubled Content-Length becomes malformed.
 */
export class FramingFields {
  /** All field lines. */
  count = 0;
  hostCount = 0;
  host = '';
  contentLengthCount = 0;
  contentLength = '';
  transferEncodingCount = 0;
  transferEncoding = '';
  connectionCount = 0;
  connection = '';
  upgradeCount = 0;
  upgrade = '';
  expectCount = 0;
  expect = '';

  /** Resets to an empty head. */
  reset(): void {
    this.count = 0;
    this.hostCount = 0;
    this.host = '';
    this.contentLengthCount = 0;
    this.contentLength = '';
    this.transferEncodingCount = 0;
    this.transferEncoding = '';
    this.connectionCount = 0;
    this.connection = '';
    this.upgradeCount = 0;
    this.upgrade = '';
    this.expectCount = 0;
    this.expect = '';
  }
}

/** Shared by all heads: a head is read in one go, and its framing is decided before the next head is read. */
const found = new FramingFields();

/**
 * Reads the framing fields of a well-formed block that starts at `start`; its blank line starts at `end`. The result is
 * valid until the next call.
 */
export function readFramingFields(text: string, start: number, end: number): FramingFields {
  const fields = found;
  fields.reset();
  for (let at = start; at < end;) {
    // One character is found much faster than two, and in a well-formed block LF occurs only in CRLF.
    const lf = text.indexOf('\n', at);
    note(fields, text, at, lf - 1);
    fields.count++;
    at = lf + 1;
  }
  return fields;
}

// The first letter and the place of the colon rule out most fields without a closer look.
function note(fields: FramingFields, text: string, start: number, end: number): void {
  switch (text.charCodeAt(start) | 0x20) {
    case 0x63:
      if (isName(text, start, 'connection')) {
        fields.connection = join(fields.connectionCount++, fields.connection, text, start + 11, end);
      } else if (isName(text, start, 'content-length')) {
        fields.contentLength = join(fields.contentLengthCount++, fields.contentLength, text, start + 15, end);
      }
      return;
    case 0x65:
      if (!isName(text, start, 'expect')) return;
      fields.expect = join(fields.expectCount++, fields.expect, text, start + 7, end);
      return;
    case 0x68:
      if (!isName(text, start, 'host')) return;
      fields.host = join(fields.hostCount++, fields.host, text, start + 5, end);
      return;
    case 0x74:
      if (!isName(text, start, 'transfer-encoding')) return;
      fields.transferEncoding = join(
        fields.transferEncodingCount++,
        fields.transferEncoding,
        text,
        start + 18,
        end,
      );
      return;
    case 0x75:
      if (!isName(text, start, 'upgrade')) return;
      fields.upgrade = join(fields.upgradeCount++, fields.upgrade, text, start + 8, end);
      return;
    default:
  }
}

// Of the token characters, `| 0x20` turns only letters into lower-case letters, and only the hyphen into a hyphen.
function isName(text: string, start: number, name: string): boolean {
  if (text.charCodeAt(start + name.length) !== COLON) return false;
  for (let at = 1; at < name.length; at++) {
    if ((text.charCodeAt(start + at) | 0x20) !== name.charCodeAt(at)) return false;
  }
  return true;
}

function join(seen: number, before: string, text: string, start: number, end: number): string {
  const value = sliceTrimmed(text, start, end);
  return seen === 0 ? value : `${before},${value}`;
}

/** The grammar of a whole head. */
export interface HeadGrammar extends SectionGrammar {
  /** Whether the first line of `text`, which ends at `end`, is well-formed at a glance. If not, the scanner decides. */
  readonly isPlainStartLine: (text: string, end: number) => boolean;
}

/**
 * The text of the well-formed head at the front of the buffer, blank line included, not consumed; `undefined` if it
 * is not complete. The caller still has to check the number of fields.
 *
 * @throws RemoteProtocolError
 */
export function headText(
  buffer: ReceiveBuffer,
  grammar: HeadGrammar,
  limits: HeadLimits,
): string | undefined {
  const plain = plainHeadText(buffer, grammar, limits);
  if (plain !== undefined) return plain;
  const length = scanSection(buffer, grammar, limits);
  return length === -1 ? undefined : buffer.latin1(length);
}

/** Accepts a well-formed head that came in one piece. Leaves every other head to the scanner. */
function plainHeadText(buffer: ReceiveBuffer, grammar: HeadGrammar, limits: HeadLimits): string | undefined {
  if (buffer.scan !== undefined) return undefined;
  const length = buffer.headLength();
  if (length === -1 || length > limits.maxHeadBytes) return undefined;
  const text = buffer.latin1(length);
  const lineEnd = text.indexOf('\r');
  if (text.charCodeAt(lineEnd + 1) !== LF) return undefined;
  if (lineEnd > limits.maxStartLineBytes || !grammar.isPlainStartLine(text, lineEnd)) return undefined;
  return isFieldBlock(text, lineEnd + 2, length) ? text : undefined;
}
