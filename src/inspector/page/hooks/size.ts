import { useCallback, useRef, useState } from 'preact/hooks';

/** The inside of an element, in pixels. */
interface InnerSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Reports the size of an element when it is known, and whenever it has changed.
 *
 * @returns ends it
 */
export function watchSize(element: Element | null, report: (size: InnerSize) => void): () => void {
  if (element === null) return () => undefined;
  const observer = new ResizeObserver(() => {
    report({ width: element.clientWidth, height: element.clientHeight });
  });
  observer.observe(element);
  return () => {
    observer.disconnect();
  };
}

/** Before an element is measured, it has that width. */
const USUAL_WIDTH = 800;

/** The width of an element in pixels, as it changes; and the reference that the element must have. */
export function useWidth(): readonly [reference: (element: HTMLElement | null) => void, width: number] {
  const [width, setWidth] = useState(USUAL_WIDTH);
  const unwatch = useRef<() => void>(() => undefined);
  const reference = useCallback((element: HTMLElement | null) => {
    unwatch.current();
    if (element !== null) setWidth(element.clientWidth);
    unwatch.current = watchSize(element, (size) => {
      setWidth(size.width);
    });
  }, []);
  return [reference, width];
}
