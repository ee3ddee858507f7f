import type { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';

/** The colours that a terminal shows in its own shades: SGR parameters (ECMA-48). */
const SGR = { dim: '2', red: '31', green: '32', cyan: '36' } as const;

/** Colours a text, or leaves it as it is. */
export type Paint = (style: keyof typeof SGR, text: string) => string;

/** For everything that is not a terminal. */
export const plain: Paint = (_style, text) => text;

const coloured: Paint = (style, text) => `\u001B[${SGR[style]}m${text}\u001B[0m`;

/**
 * How to paint what is written to a stream: in colours on a terminal alone, and there unless the environment asks for
 * none (`NO_COLOR`, `TERM=dumb`), which Node.js knows how to read.
 */
export function paintFor(stream: Writable, env: Readonly<Record<string, string | undefined>>): Paint {
  const terminal = stream as Partial<WriteStream>;
  return terminal.isTTY === true && terminal.hasColors?.(env) === true ? coloured : plain;
}
