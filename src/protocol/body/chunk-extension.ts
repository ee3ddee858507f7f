import { CR, SEMICOLON, isTokenCode, isValueCode } from '../grammar.js';

/*
 * chunk-ext = *( ";" chunk-ext-name [ "=" chunk-ext-val ] ), a value being a token or a quoted string (RFC 9112
 * section 7.1.1). What extensions say is ignored, but not how they are written: two readers that disagree about where
 * an extension ends disagree about where the chunk begins. For the same reason the whitespace that the RFC calls bad
 * is refused, as it is around the size.
 */

/** The place after a semicolon; its own places are the numbers from here on. */
export const EXTENSION = 100;
const NAME = 101;
const VALUE_START = 102;
const VALUE = 103;
const QUOTED = 104;
const ESCAPED = 105;
const QUOTED_END = 106;

/** The extensions are over; the CR that ends them was seen. */
export const EXTENSION_END = 107;
/** The byte cannot stand there. */
export const NO_EXTENSION = -1;

const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** One byte of chunk extensions: the next place, `EXTENSION_END`, or `NO_EXTENSION`. */
export function stepChunkExtension(place: number, byte: number): number {
  switch (place) {
    case EXTENSION:
      return isTokenCode(byte) ? NAME : NO_EXTENSION;
    case NAME:
      if (isTokenCode(byte)) return NAME;
      return byte === EQUALS ? VALUE_START : stepEnd(byte);
    case VALUE_START:
      if (byte === QUOTE) return QUOTED;
      return isTokenCode(byte) ? VALUE : NO_EXTENSION;
    case VALUE:
      return isTokenCode(byte) ? VALUE : stepEnd(byte);
    case QUOTED:
      if (byte === QUOTE) return QUOTED_END;
      if (byte === BACKSLASH) return ESCAPED;
      return isValueCode(byte) ? QUOTED : NO_EXTENSION;
    case ESCAPED:
      return isValueCode(byte) ? QUOTED : NO_EXTENSION;
    default:
      return stepEnd(byte);
  }
}

function stepEnd(byte: number): number {
  if (byte === SEMICOLON) return EXTENSION;
  return byte === CR ? EXTENSION_END : NO_EXTENSION;
}
