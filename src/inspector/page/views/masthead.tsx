import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

import type { SourceStatus } from '../../model/source.js';
import { ThemeSwitch } from './theme-switch.jsx';

interface MastheadProps {
  readonly status: SourceStatus;
  readonly isPaused: boolean;
  readonly home: () => void;
  readonly save: () => void;
  readonly open: (file: File) => void;
  readonly showKeys: () => void;
}

const STATUS_TEXT: Readonly<Record<SourceStatus, string>> = {
  connecting: 'Connecting …',
  live: 'Live',
  lost: 'Connection lost, reconnecting …',
  recording: 'Recording',
};

/** The head of the page: its name, the status of its source, and recordings. */
export function Masthead({ status, isPaused, home, save, open, showKeys }: MastheadProps): ComponentChildren {
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
      <div class="masthead-tools">
        <button
          type="button"
          aria-label="Export recording"
          title="Save all that is remembered"
          onClick={save}
        >
          Export <span class="wide">recording</span>
        </button>
        <button
          type="button"
          aria-label="Open recording"
          title="Or drop a file on the page"
          onClick={() => chooser.current?.click()}
        >
          Open <span class="wide">recording</span>
        </button>
        <ThemeSwitch />
        <button type="button" aria-label="Keys" title="Keys (?)" aria-keyshortcuts="?" onClick={showKeys}>
          ?
        </button>
      </div>
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
