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

function* partsOf({ definitions, actors, log, ...facts }: Recording): Generator<string, void> {
  yield JSON.stringify(facts).slice(0, -1);
  for (const [name, items] of Object.entries({ definitions, actors, log })) {
    yield `,"${name}":[`;
    for (const [at, item] of items.entries()) yield `${at === 0 ? '' : ','}${JSON.stringify(item)}`;
    yield ']';
  }
  yield '}';
}
