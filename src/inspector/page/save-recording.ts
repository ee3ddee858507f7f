import type { Source } from '../model/source.js';

/** Gives everything that the source remembers to the browser, as a file to be saved. */
export async function saveRecording(source: Source): Promise<void> {
  const recording = await source.recording();
  const address = URL.createObjectURL(new Blob([JSON.stringify(recording)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `sessions-${new Date(recording.at).toISOString().replaceAll(':', '-')}.json`;
  link.click();
  URL.revokeObjectURL(address);
}
