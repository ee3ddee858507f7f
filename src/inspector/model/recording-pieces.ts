import type { Recording } from './shapes.js';

/** Characters of a piece, about. */
const PIECE = 65_536;

/** The JSON of a recording, piece by piece. */
export function* recordingPieces(recording: Recording): Generator<string, void> {
  let text = '';
  for (const part of partsOf(recording)) {
    text += part;
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield text;
}

function* partsOf({ definitions, actors, log, requests, ...facts }: Recording): Generator<string, void> {
  yield JSON.stringify(facts).slice(0, -1);
  yield* listsOf({ definitions, actors, log });
  const { chunks, ...texts } = requests;
  yield `,"requests":${JSON.stringify(texts).slice(0, -1)}`;
  yield* listsOf({ chunks });
  yield '}}';
}

function* listsOf(lists: Readonly<Record<string, readonly unknown[]>>): Generator<string, void> {
  for (const [name, items] of Object.entries(lists)) {
    yield `,"${name}":[`;
    for (const [at, item] of items.entries()) yield `${at === 0 ? '' : ','}${JSON.stringify(item)}`;
    yield ']';
  }
}
