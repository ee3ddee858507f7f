import type { ComponentChildren } from 'preact';

interface BannerProps {
  readonly kind?: 'warning';
  readonly role?: 'alert' | 'region';
  /** The name of the region. */
  readonly label?: string;
  /** What its button says; without it there is none. */
  readonly action?: string;
  readonly act?: () => void;
  readonly children: ComponentChildren;
}

/** A line across the page that says how it is: a problem, or that something is not what it usually is. */
export function Banner({
  kind,
  role = 'region',
  label,
  action,
  act,
  children,
}: BannerProps): ComponentChildren {
  return (
    <div class={kind === undefined ? 'banner' : `banner ${kind}`} role={role} aria-label={label}>
      <p>{children}</p>
      {action !== undefined && (
        <button type="button" onClick={act}>
          {action}
        </button>
      )}
    </div>
  );
}
