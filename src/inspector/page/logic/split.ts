/** `row`: side by side; `column`: one above the other. */
export type SplitDirection = 'row' | 'column';

/** How much of the room the first of two parts may have, in percent. */
export const SHARE = { least: 15, most: 85 } as const;

const STEP = 2;
const LARGE_STEP = 10;

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The share of the first part if the handle stands where the pointer is. */
export function shareAt(
  pointer: { readonly clientX: number; readonly clientY: number },
  frame: Frame,
  direction: SplitDirection,
): number {
  const [at, length] =
    direction === 'row'
      ? [pointer.clientX - frame.left, frame.width]
      : [pointer.clientY - frame.top, frame.height];
  return length <= 0 ? 50 : within((at / length) * 100);
}

/** The share of the first part after a key; `null` for a key that does not move the handle. */
export function shareAfterKey(key: string, share: number, direction: SplitDirection): number | null {
  const [less, more] = direction === 'row' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
  switch (key) {
    case less:
      return within(share - STEP);
    case more:
      return within(share + STEP);
    case 'PageUp':
      return within(share - LARGE_STEP);
    case 'PageDown':
      return within(share + LARGE_STEP);
    case 'Home':
      return SHARE.least;
    case 'End':
      return SHARE.most;
    default:
      return null;
  }
}

function within(share: number): number {
  return Math.round(Math.min(SHARE.most, Math.max(SHARE.least, share)) * 10) / 10;
}
