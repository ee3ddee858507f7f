import { InspectionModel } from '../../model/inspection-model.js';
import type { Source } from '../../model/source.js';
import { LocalSource } from './local-source.js';

/**
 * What a recording remembers, as if it were the time when it was made.
 *
 * @throws TypeError with a text for people, for what is no recording
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
