import { readdirSync, readFileSync } from 'node:fs';

import { unescaped } from '../../support/protocol/corpus.js';

/** What follows every payload: a request of somebody else on the same connection. */
const INNOCENT = 'GET /innocent HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n';

/** Bytes that two readers may understand differently, and what our server has to make of them. */
export interface Payload {
  /** File, family and the odd part. */
  readonly name: string;
  /** Its own bytes. */
  readonly own: Buffer;
  /** Its own bytes, and the request behind it. */
  readonly bytes: Buffer;
  /** The log of `Bed` that is due. */
  readonly due: string;
  /** Whether `node:http` refuses what HTTP permits here. */
  readonly isForeign: boolean;
}

const FOLDER = new URL('./', import.meta.url);
const FAMILY = /^## (.+)\n(?:(?!^## |^```).*\n)*```frame\n([^]*?)\n```\n((?:(?!^## )[^])*)/gm;
const FENCE = /^```(odd|foreign) (.+)\n([^]*?)\n```$/gm;

/** All payloads of this folder. */
export const payloads: readonly Payload[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.md') && file !== 'README.md')
  .sort()
  .flatMap(payloadsOf);

function payloadsOf(file: string): Payload[] {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  const families = [...text.matchAll(FAMILY)];
  const all = families.flatMap(([, family, frame, fences]) =>
    [...(fences as string).matchAll(FENCE)].flatMap(([, kind, due, odds]) =>
      (odds as string).split('\n').map((odd) => ({
        name: `${file}, ${family as string}: ${odd}`,
        own: unescaped((frame as string).replace('@', () => odd)),
        bytes: unescaped((frame as string).replace('@', () => odd) + INNOCENT),
        due: (due as string).replace('@', () => unescaped(odd).toString('latin1')),
        isForeign: kind === 'foreign',
      })),
    ),
  );
  const isComplete =
    families.length === countOf(/^## /gm, text) &&
    countOf(FENCE, text) + families.length === countOf(/^```\w/gm, text);
  if (!isComplete) throw new Error(`${file} is malformed`);
  return all;
}

function countOf(pattern: RegExp, text: string): number {
  return text.match(pattern)?.length ?? 0;
}
