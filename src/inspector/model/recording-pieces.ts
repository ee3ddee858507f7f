import type { LogEntry, RecordedActor, Recording } from './shapes.js';

/** A recording of which actors and changes can be taken one by one, once. */
export interface GradualRecording extends Omit<Recording, 'actors' | 'log'> {
  readonly actors: Iterable<RecordedActor>;
  readonly log: Iterable<LogEntry>;
}

/** Characters of a piece, about. */
const PIECE = 65_536;

/** The JSON of a recording, piece by piece. */
export function* recordingPieces(recording: GradualRecording): Generator<string, void> {
  let text = '';
  for (const part of partsOf(recording)) {
    text += part;
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield text;
}

function* partsOf({
  definitions,
  actors,
  log,
  requests,
  ...facts
}: GradualRecording): Generator<string, void> {
  yield JSON.stringify(facts).slice(0, -1);
  yield* listsOf({ definitions, actors, log });
  const { chunks, ...texts } = requests;
  yield `,"requests":${JSON.stringify(texts).slice(0, -1)}`;
  yield* listsOf({ chunks });
  yield '}}';
}

function* listsOf(lists: Readonly<Record<string, Iterable<unknown>>>): Generator<string, void> {
  for (const [name, items] of Object.entries(lists)) {
    yield `,"${name}":[`;
    let comma = '';
    for (const item of items) {
      yield comma + JSON.stringify(item);
      comma = ',';
    }
    yield ']';
  }
}
