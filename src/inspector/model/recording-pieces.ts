import type { GradualRequests } from './recorded-traffic.js';
import type { LogEntry, RecordedActor, Recording } from './shapes.js';

/** A recording of which actors, changes and chunks of requests can be taken one by one, once. */
export interface GradualRecording extends Omit<Recording, 'actors' | 'log' | 'requests'> {
  readonly actors: Iterable<RecordedActor>;
  readonly log: Iterable<LogEntry>;
  readonly requests: GradualRequests;
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
  yield ',"requests":{"chunks":';
  yield* listOf(chunks);
  yield `,${JSON.stringify(texts).slice(1)}}`;
}

function* listsOf(lists: Readonly<Record<string, Iterable<unknown>>>): Generator<string, void> {
  for (const [name, items] of Object.entries(lists)) {
    yield `,"${name}":`;
    yield* listOf(items);
  }
}

function* listOf(items: Iterable<unknown>): Generator<string, void> {
  let before = '[';
  for (const item of items) {
    yield before + JSON.stringify(item);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}
