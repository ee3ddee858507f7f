/** Scrolls the lists of the fleet into view once they are drawn: in a low window they are below the fold. */
export function revealLists(): void {
  requestAnimationFrame(() => {
    const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    document
      .querySelector('.fleet-lists')
      ?.scrollIntoView({ block: 'start', behavior: isCalm ? 'auto' : 'smooth' });
  });
}
