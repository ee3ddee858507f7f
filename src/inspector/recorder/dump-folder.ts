import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { threadId } from 'node:worker_threads';

import { reportFault } from '../../diagnostics.js';
import type { Recording } from '../model/shapes.js';
import { writeRecording } from './recording-file.js';

let files = 0;

/** The folder of the files that a recorder writes by itself: the newest ones, up to a number of them. */
export class DumpFolder {
  readonly #folder: string;
  readonly #most: number;
  readonly #paths: string[] = [];
  /** What is being written. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(folder: string, most: number) {
    this.#folder = resolve(folder);
    this.#most = most;
  }

  /**
   * Writes a recording, after those that are being written. Removes the oldest file of its own where there are too many.
   *
   * @returns its path; `null` if it could not be written, which is reported as a fault
   */
  async add(recording: Recording): Promise<string | null> {
    const path = join(this.#folder, nameAt(recording.at));
    const written = this.#writing.then(() => this.#write(path, recording));
    this.#writing = written;
    return await written;
  }

  async #write(path: string, recording: Recording): Promise<string | null> {
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeRecording(path, recording);
      this.#paths.push(path);
      if (this.#paths.length > this.#most) await rm(this.#paths.shift() as string, { force: true });
      return path;
    } catch (error) {
      reportFault('implementation', error);
      return null;
    }
  }
}

/** Sorts by time, and is a file name everywhere: no colons. */
function nameAt(at: number): string {
  const time = new Date(at).toISOString().replaceAll(':', '-').replace('.', '-');
  const thread = threadId === 0 ? '' : `-t${String(threadId)}`;
  return `sessions-${time}-${String(process.pid)}${thread}-${String(++files)}.json`;
}
