import { InspectionModel } from '../../model/inspection-model.js';
import { parsedRecording } from '../../model/recording.js';
import { recordingPieces } from '../../model/recording-pieces.js';
import type { Source } from '../../model/source.js';
import { LocalSource } from './local-source.js';
import { saveFile } from './saved-file.js';

/**
 * What a recording remembers, as if it were the time when it was made.
 *
 * @throws TypeError with a readable text if it is not a recording
 */
export function sourceOfRecording(text: string): Source {
  const recording = parsedRecording(text);
  return new LocalSource(InspectionModel.from(recording), 'recording');
}

/** Gives everything that the source remembers to the browser, as a file to be saved; it may be longer than a string. */
export async function saveRecording(source: Source): Promise<void> {
  const recording = await source.recording();
  const name = `sessions-${new Date(recording.at).toISOString().replaceAll(':', '-')}.json`;
  saveFile(name, new Blob([...recordingPieces(recording)], { type: 'application/json' }));
}
