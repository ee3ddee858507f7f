import type { ComponentChildren } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';

import { kindOf } from '../../model/event-kinds.js';
import type { RequestGroup } from '../../model/request-groups.js';
import { sequenceMermaid } from '../../model/sequence-mermaid.js';
import { sequenceOf, tailOf, type Sequence } from '../../model/sequence.js';
import type { ActorDetail, LogEntry } from '../../model/shapes.js';
import { formatCount } from '../logic/format.js';
import { isUntil, type Moment } from '../logic/moment.js';
import { rowsOf, rowUntil } from '../logic/sequence-rows.js';
import { useRowWindow } from '../hooks/row-window.js';
import { saveFile } from '../sources/saved-file.js';
import { CopyButton } from './copy-button.jsx';
import { EventLegend, useHiddenKinds } from './event-legend.jsx';
import { NewestButton } from './newest-button.jsx';
import { geometryOf, SequenceDrawing, SEQUENCE_HEAD, SEQUENCE_ROW } from './sequence-drawing.jsx';

interface SequenceViewProps {
  /** With all that is known, whatever the moment. */
  readonly actor: ActorDetail;
  readonly moment: Moment | null;
  readonly groups: readonly RequestGroup[];
  /** Goes to the time of a change, and shows the chart of its actor. */
  readonly select: (entry: LogEntry) => void;
}

/** As much as Mermaid draws: its texts have a limit, and longer drawings cannot be read. */
const EXPORTED = 500;

/** Who sent what to whom, from top to bottom, the newest at the bottom: a frame for each request. */
export function SequenceView({ actor, moment, groups, select }: SequenceViewProps): ComponentChildren {
  const { log } = actor;
  const [hidden, toggle] = useHiddenKinds();
  const hiddenKey = [...hidden].join(' ');
  const sequence = useMemo(
    () => sequenceOf(actor, log, { groups, isShown: (entry) => !hidden.has(kindOf(entry)) }),
    [log, groups, actor.name, actor.children.length, hiddenKey],
  );
  const laid = useMemo(() => rowsOf(sequence), [sequence]);
  const window = useRowWindow({
    total: laid.rows.length,
    rowHeight: SEQUENCE_ROW,
    keyAt: (row) => laid.rows[row]?.key,
    headHeight: SEQUENCE_HEAD,
  });
  const selected = moment === null ? -1 : rowUntil(laid, ({ entry }) => isUntil(entry, moment));
  useEffect(() => {
    if (moment === null) window.toNewest();
    else if (selected >= 0) window.reveal(selected);
  }, [moment]);
  const geometry = geometryOf(sequence.lanes, window.width);
  return (
    <div class="sequence-view filled">
      <div class="log-bar">
        <EventLegend hidden={hidden} toggle={toggle} />
        <Exports sequence={sequence} name={actor.name} />
        <p class="hint">
          {formatCount(sequence.messages.length)} messages, newest at the bottom
          {actor.logSince > 0 ? '; earlier ones were discarded' : ''}
        </p>
      </div>
      <div class="log-frame">
        <div
          class="sequence-frame"
          role="region"
          aria-label="Sequence, newest at the bottom"
          tabIndex={0}
          ref={window.frame}
          onScroll={window.onScroll}
        >
          <div class="lane-heads" style={{ width: `${geometry.width}px`, height: `${SEQUENCE_HEAD}px` }}>
            {sequence.lanes.map((lane, i) => (
              <span
                key={i}
                title={lane}
                style={{ left: `${geometry.laneAt(i)}px`, width: `${geometry.lane - 10}px` }}
              >
                {lane}
              </span>
            ))}
          </div>
          <div
            class="sequence-body"
            style={{ width: `${geometry.width}px`, height: `${laid.rows.length * SEQUENCE_ROW}px` }}
          >
            <SequenceDrawing
              sequence={sequence}
              laid={laid}
              geometry={geometry}
              first={window.first}
              end={window.end}
              selected={selected}
              isLater={moment === null ? () => false : (entry) => !isUntil(entry, moment)}
              select={select}
            />
          </div>
          {laid.rows.length === 0 && <p class="notice">No messages.</p>}
        </div>
        <NewestButton {...window} />
      </div>
    </div>
  );
}

/** The sequence as Mermaid: in the clipboard, or as a file. */
function Exports({
  sequence,
  name,
}: {
  readonly sequence: Sequence;
  readonly name: string;
}): ComponentChildren {
  const text = (): string => sequenceMermaid(tailOf(sequence, EXPORTED));
  const hint =
    sequence.messages.length > EXPORTED ? `The last ${formatCount(EXPORTED)} messages` : 'All messages';
  return (
    <div class="exports">
      <CopyButton label="Copy as Mermaid" hint={hint} text={text} />
      <button
        type="button"
        class="copy"
        title={`${hint}, as a file`}
        onClick={() =>
          saveFile(`${name.replace(/[^\w.-]+/g, '-')}.mmd`, new Blob([text()], { type: 'text/vnd.mermaid' }))
        }
      >
        Download
      </button>
    </div>
  );
}
