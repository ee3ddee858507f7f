import { toChildArray, type ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { rememberedNumber, remember } from '../logic/memory.js';
import { SHARE, shareAfterKey, shareAt, type SplitDirection } from '../logic/split.js';

interface SplitterProps {
  /** Names the place: where the handle stands is remembered for each. */
  readonly place: string;
  /** What the handle changes, for people who hear it: `Width of the chart`. */
  readonly label: string;
  /** How much of the room the first part has before anybody moves the handle, in percent. */
  readonly share?: number;
  /** One part, which has all of the room, or two with a handle between them. */
  readonly children: ComponentChildren;
}

/** Below this width of the window, in pixels, the two parts are stacked. */
const SIDE_BY_SIDE = '(min-width: 1001px)';

/** Two parts side by side, stacked where the window is narrow, with a handle that is moved by pointer or keyboard. */
export function Splitter({ place, label, share = 60, children }: SplitterProps): ComponentChildren {
  const direction = useDirection();
  const key = `split.${place}.${direction}`;
  const frame = useRef<HTMLDivElement>(null);
  const [moved, setMoved] = useState<{ readonly key: string; readonly share: number } | null>(null);
  const [first, second] = toChildArray(children);
  if (second === undefined) return <div class="split single">{first}</div>;

  const current = moved?.key === key ? moved.share : (rememberedNumber(key, SHARE) ?? share);
  const move = (to: number): void => {
    setMoved({ key, share: to });
    remember(key, String(to));
  };
  const columns = `minmax(var(--split-first), ${String(current)}fr) auto minmax(var(--split-second), ${String(100 - current)}fr)`;
  return (
    <div
      class={`split ${direction}`}
      ref={frame}
      style={direction === 'row' ? { gridTemplateColumns: columns } : { gridTemplateRows: columns }}
    >
      {first}
      <div
        class="splitter"
        role="separator"
        tabIndex={0}
        aria-label={label}
        aria-orientation={direction === 'row' ? 'vertical' : 'horizontal'}
        aria-valuenow={Math.round(current)}
        aria-valuemin={SHARE.least}
        aria-valuemax={SHARE.most}
        title="Drag, or use the arrow keys; double-click to reset"
        onPointerDown={(event) => {
          event.preventDefault();
          event.currentTarget.setPointerCapture(event.pointerId);
          event.currentTarget.focus();
        }}
        onPointerMove={(event) => {
          if (!event.currentTarget.hasPointerCapture(event.pointerId) || frame.current === null) return;
          move(shareAt(event, frame.current.getBoundingClientRect(), direction));
        }}
        onDblClick={() => {
          move(share);
        }}
        onKeyDown={(event) => {
          const to = shareAfterKey(event.key, current, direction);
          if (to === null) return;
          event.preventDefault();
          event.stopPropagation();
          move(to);
        }}
      />
      {second}
    </div>
  );
}

function useDirection(): SplitDirection {
  const [isWide, setWide] = useState(() => window.matchMedia(SIDE_BY_SIDE).matches);
  useEffect(() => {
    const media = window.matchMedia(SIDE_BY_SIDE);
    const follow = (): void => {
      setWide(media.matches);
    };
    media.addEventListener('change', follow);
    return () => {
      media.removeEventListener('change', follow);
    };
  }, []);
  return isWide ? 'row' : 'column';
}
