/** Scrolls what is beside the chart into view once it is drawn: in a low window it is below the fold. */
export function revealLists(): void {
  requestAnimationFrame(() => {
    const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    document
      .querySelector('.fleet-lists, .actor-panel')
      ?.scrollIntoView({ block: 'start', behavior: isCalm ? 'auto' : 'smooth' });
  });
}
