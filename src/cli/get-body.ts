import { readFile } from 'node:fs/promises';

import type { CommandIO } from './io.js';

/** The body that `--data` asks for; several are joined with `&`, as curl does. @throws Error if one cannot be read */
export async function bodyOf(
  data: readonly string[],
  io: Pick<CommandIO, 'stdin'>,
): Promise<string | Buffer> {
  const [first = ''] = data;
  if (data.length === 1) return await pieceOf(first, io);
  const pieces: Buffer[] = [];
  for (const text of data) {
    if (pieces.length > 0) pieces.push(Buffer.from('&'));
    pieces.push(Buffer.from(await pieceOf(text, io)));
  }
  return Buffer.concat(pieces);
}

async function pieceOf(text: string, { stdin }: Pick<CommandIO, 'stdin'>): Promise<string | Buffer> {
  if (!text.startsWith('@')) return text;
  try {
    return text === '@-' ? await wholeOf(stdin()) : await readFile(text.slice(1));
  } catch (error) {
    const from = text === '@-' ? 'standard input' : 'the file';
    throw new Error(`cannot read ${from} of --data: ${(error as Error).message}`, { cause: error });
  }
}

async function wholeOf(input: AsyncIterable<string | Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of input) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
