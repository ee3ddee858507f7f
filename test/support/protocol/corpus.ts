import { readdirSync, readFileSync } from 'node:fs';
import { DEFAULT_BODY_LIMITS, DEFAULT_HEAD_LIMITS } from '../../../src/protocol/limits.js';
import type { Reading } from './message-log.js';

/** One case of the corpus: bytes, how to read them, and the log that is due. */
export interface CorpusCase {
  readonly file: string;
  readonly name: string;
  readonly input: Buffer;
  readonly reading: Reading;
  readonly log: readonly string[];
}

const FOLDER = new URL('../../protocol/corpus/', import.meta.url);
const CASE =
  /^## (.+)\n(?:(?!^## |^```).*\n)*```(requests|response)(.*)\n([^]*?)\n?```\n+```log\n([^]*?)\n?```$/gm;

/**
 * All cases of `corpus/*.md`. A case is a heading, a fence of input and a fence of log. Line ends of the file do not
 * count in an input; the bytes of a message are written out: `\r`, `\n`, `\t`, `\\`, `\xHH`, and `\{9*ab}` for nine
 * times `ab`.
 */
export function corpusCases(): CorpusCase[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .sort()
    .flatMap(casesOf);
}

function casesOf(file: string): CorpusCase[] {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  const cases = [...text.matchAll(CASE)].map(([, name, kind, options, input, log]) => ({
    file,
    name: name as string,
    input: unescaped(input as string),
    reading: readingOf(kind as string, options as string),
    log: (log as string).split('\n').filter(Boolean),
  }));
  const headings = text.match(/^## /gm) ?? [];
  if (cases.length !== headings.length) throw new Error(`${file} has malformed cases`);
  return cases;
}

/** `method=HEAD offers` describe the request that a response answers; `maxHeadBytes=9` and the like are limits. */
function readingOf(kind: string, options: string): Reading {
  const words = options.trim().split(/\s+/).filter(Boolean);
  const limits: Record<string, number> = {};
  let method = 'GET';
  for (const word of words) {
    const [name, value] = word.split('=') as [string, string | undefined];
    if (name === 'method') method = value as string;
    else if (value !== undefined) limits[name] = Number(value);
  }
  return {
    head: { ...DEFAULT_HEAD_LIMITS, ...limits },
    body: { ...DEFAULT_BODY_LIMITS, ...limits },
    answers: kind === 'requests' ? null : { method, offersSwitch: words.includes('offers') },
  };
}

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };

/** The bytes that a text of the corpus stands for; line ends do not count. */
export function unescaped(text: string): Buffer {
  const repeated = text
    .replaceAll('\n', '')
    .replaceAll(/\\\{(\d+)\*([^}]*)\}/g, (_, count: string, part: string) => part.repeat(Number(count)));
  const bytes = repeated.replaceAll(/\\(?:x([0-9a-f]{2})|(.))/gi, (whole, hex?: string, letter?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    const byte = ESCAPES[letter as string];
    if (byte === undefined) throw new Error(`unknown escape ${whole}`);
    return byte;
  });
  return Buffer.from(bytes, 'latin1');
}
