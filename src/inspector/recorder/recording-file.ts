import { open, rename, rm } from 'node:fs/promises';

import type { Recording } from '../model/shapes.js';
import { recordingPieces } from '../model/recording-pieces.js';

let written = 0;

/**
 * Writes a recording to a file that its owner alone can read. It is there whole or not at all: a reader never sees half of
 * one, and a full disk leaves nothing behind.
 *
 * @throws the system's error
 */
export async function writeRecording(path: string, recording: Recording): Promise<void> {
  const unfinished = `${path}.${String(process.pid)}-${String(++written)}.tmp`;
  const file = await open(unfinished, 'wx', 0o600);
  try {
    try {
      for (const piece of recordingPieces(recording)) await file.writeFile(piece);
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
