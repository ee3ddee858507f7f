import type { ComponentChildren } from 'preact';

import type { ErrorMark } from '../../model/traffic-shapes.js';
import { useAnswer } from '../hooks/answers.js';
import { formatPast } from '../logic/ages.js';
import { formatCount } from '../logic/format.js';
import { shareOf, type Span } from '../logic/span.js';
import { useKeys } from '../hooks/keys.js';

interface ErrorNoteProps {
  /** Oldest first; the last one is what the buttons are for. */
  readonly marks: readonly ErrorMark[];
  readonly now: number;
  readonly shown: Span;
  /** The width of the timeline, in pixels. */
  readonly width: number;
  readonly nameOf: (actor: string) => Promise<string>;
  readonly showBefore: (mark: ErrorMark) => void;
  readonly open: (mark: ErrorMark, actor: string) => void;
  readonly close: () => void;
}

const WIDTH = 372;
/** More errors of one mark are counted. */
const LISTED = 4;

/** What an error mark says, and where it leads: to the time before it, and to its session. */
export function ErrorNote(props: ErrorNoteProps): ComponentChildren {
  const { marks, now, shown, width, showBefore, open, close } = props;
  useKeys({ close });
  const last = marks.at(-1);
  if (last === undefined) return null;
  const others = marks.slice(0, -1);
  const listed = others.slice(-LISTED);
  const left = Math.min(Math.max(0, shareOf(shown, last.at) * width - WIDTH / 2), Math.max(0, width - WIDTH));
  return (
    <div
      class="error-note"
      role="dialog"
      aria-label="Error"
      style={{ left: `${left}px`, width: `${WIDTH}px` }}
    >
      <button type="button" class="close" aria-label="Close the error" title="Key: Esc" onClick={close}>
        ✕
      </button>
      <p>
        <code>{last.code}</code>
      </p>
      <p class="hint">
        {formatPast(last.at, now)}
        {last.session !== null && <SessionName session={last.session} nameOf={props.nameOf} />}
      </p>
      {listed.length > 0 && (
        <ul aria-label="Errors just before it">
          {others.length > listed.length && <li>{formatCount(others.length - listed.length)} more before</li>}
          {listed.map(({ at, code }, i) => (
            <li key={i}>
              <code>{code}</code> {formatPast(at, now)}
            </li>
          ))}
        </ul>
      )}
      <div class="actions">
        <button type="button" class="main" onClick={() => showBefore(last)}>
          Show the 10 s before
        </button>
        {last.session !== null && (
          <button type="button" onClick={() => open(last, last.session ?? '')}>
            Open its session
          </button>
        )}
      </div>
    </div>
  );
}

function SessionName({
  session,
  nameOf,
}: {
  session: string;
  nameOf: ErrorNoteProps['nameOf'];
}): ComponentChildren {
  const { value } = useAnswer(() => nameOf(session), [session]);
  return <>, {value ?? session}</>;
}
