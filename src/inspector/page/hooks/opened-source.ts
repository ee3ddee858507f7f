import { useEffect, useMemo, useState } from 'preact/hooks';

import type { FleetFrame } from '../../model/shapes.js';
import type { Source } from '../../model/source.js';
import { sourceOfWindow, tellingWindow } from '../sources/framed-source.js';
import { saveRecording, sourceOfRecording } from '../sources/recording.js';
import { RemoteSource } from '../sources/remote-source.js';

/** What the page shows: the live source, or a recording in its place. */
export interface OpenedSource {
  readonly source: Source;
  /** The name of the recording; `null` for the live source. */
  readonly recording: string | null;
  /** What went wrong; `null` if nothing did, or it was dismissed. */
  readonly problem: string | null;
  readonly dismiss: () => void;
  /** Opens a recording. */
  readonly open: (file: File) => void;
  /** Saves what the source remembers. */
  readonly save: () => void;
  readonly backToLive: () => void;
}

/** @param changed - called when another source is shown; with what a recording holds, if it is one. */
export function useOpenedSource(changed: (recorded: FleetFrame | null) => void): OpenedSource {
  const live = useMemo(openLiveSource, []);
  const [recording, setRecording] = useState<{ readonly name: string; readonly source: Source } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const source = recording?.source ?? live;
  const open = (file: File): void => {
    void file.text().then((text) => {
      try {
        const opened = sourceOfRecording(text);
        recording?.source.close();
        setRecording({ name: file.name, source: opened });
        setProblem(null);
        changed(frameOf(opened));
      } catch (error) {
        setProblem(`${file.name} cannot be opened: ${textOf(error)}`);
      }
    });
  };
  useDroppedFile(open);
  return {
    ...{ source, problem, open },
    recording: recording?.name ?? null,
    dismiss: () => setProblem(null),
    save: () => {
      void saveRecording(source).catch((error: unknown) => {
        setProblem(`The recording cannot be exported: ${textOf(error)}`);
      });
    },
    backToLive: () => {
      recording?.source.close();
      setRecording(null);
      setProblem(null);
      changed(null);
    },
  };
}

/** A file that is dropped anywhere on the page. */
function useDroppedFile(take: (file: File) => void): void {
  useEffect(() => {
    const over = (event: DragEvent): void => {
      event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      const [file] = event.dataTransfer?.files ?? [];
      if (file !== undefined) take(file);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', drop);
    };
  });
}

/** The live source: the window around the page, or else the server that served it. */
function openLiveSource(): Source {
  const teller = tellingWindow();
  return teller === null ? new RemoteSource() : sourceOfWindow(teller);
}

/** The counts of a recording, which are there at once. */
function frameOf(source: Source): FleetFrame | null {
  let frame: FleetFrame | null = null;
  source.watchFleet((first) => {
    frame = first;
  })();
  return frame;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
