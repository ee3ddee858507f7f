import { LF } from '../grammar.js';
import type { HeadLimits } from '../limits.js';
import type { ReceiveBuffer } from '../receive-buffer.js';
import { isFieldBlock } from './field-block.js';
import { scanSection, type SectionGrammar } from './scanner.js';

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
