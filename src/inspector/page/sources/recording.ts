import { InspectionModel } from '../../model/inspection-model.js';
import { recordingPieces } from '../../model/recording-pieces.js';
import type { Source } from '../../model/source.js';
import { LocalSource } from './local-source.js';

/**
 * What a recording remembers, as if it were the time when it was made.
 *
 * @throws TypeError with a readable text if it is not a recording
 */
export function sourceOfRecording(text: string): Source {
  const recording = parse(text);
  return new LocalSource(InspectionModel.from(recording), 'recording');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new TypeError('the file is not JSON', { cause: error });
  }
}

/** Gives everything that the source remembers to the browser, as a file to be saved; it may be longer than a string. */
export async function saveRecording(source: Source): Promise<void> {
  const recording = await source.recording();
  const address = URL.createObjectURL(
    new Blob([...recordingPieces(recording)], { type: 'application/json' }),
  );
  const link = document.createElement('a');
  link.href = address;
  link.download = `sessions-${new Date(recording.at).toISOString().replaceAll(':', '-')}.json`;
  link.click();
  URL.revokeObjectURL(address);
}
