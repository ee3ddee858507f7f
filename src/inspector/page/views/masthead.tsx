import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

import type { SourceStatus } from '../../model/source.js';

interface MastheadProps {
  readonly status: SourceStatus;
  readonly isPaused: boolean;
  readonly home: () => void;
  readonly save: () => void;
  readonly open: (file: File) => void;
}

const STATUS_TEXT: Readonly<Record<SourceStatus, string>> = {
  connecting: 'Connecting …',
  live: 'Live',
  lost: 'Connection lost, reconnecting …',
  recording: 'Recording',
};

/** The head of the page: its name, the status of its source, and recordings. */
export function Masthead({ status, isPaused, home, save, open }: MastheadProps): ComponentChildren {
  const chooser = useRef<HTMLInputElement>(null);
  const isLive = status === 'live' && !isPaused;
  return (
    <header class="masthead">
      <h1>
        <button type="button" class="home" onClick={home}>
          Session inspector
        </button>
      </h1>
      <p
        class={`status ${status === 'live' && isPaused ? 'paused' : status}`}
        role="status"
        aria-live="polite"
      >
        {status === 'live' && !isLive ? 'Paused' : STATUS_TEXT[status]}
      </p>
      <button type="button" onClick={save}>
        Export recording
      </button>
      <button type="button" onClick={() => chooser.current?.click()}>
        Open recording
      </button>
      <input
        ref={chooser}
        type="file"
        accept=".json,application/json"
        aria-label="Recording file"
        class="unseen"
        tabIndex={-1}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          currentTarget.value = '';
          if (file !== undefined) open(file);
        }}
      />
    </header>
  );
}
