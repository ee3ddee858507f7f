import type { ComponentChildren } from 'preact';

interface NewestButtonProps {
  readonly isFollowing: boolean;
  readonly toNewest: () => void;
}

/** Leads back to the newest row, which is at the bottom of all lists; not there while they follow it. */
export function NewestButton({ isFollowing, toNewest }: NewestButtonProps): ComponentChildren {
  if (isFollowing) return null;
  return (
    <button type="button" class="newest" onClick={toNewest}>
      Newest <span aria-hidden="true">↓</span>
    </button>
  );
}
