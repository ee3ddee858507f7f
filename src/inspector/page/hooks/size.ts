import { useCallback, useRef, useState } from 'preact/hooks';

/** Before an element is measured, it has that width. */
const USUAL_WIDTH = 800;

/** The width of an element in pixels, as it changes; and the reference that the element must have. */
export function useWidth(): readonly [reference: (element: HTMLElement | null) => void, width: number] {
  const [width, setWidth] = useState(USUAL_WIDTH);
  const observer = useRef<ResizeObserver | null>(null);
  const reference = useCallback((element: HTMLElement | null) => {
    observer.current?.disconnect();
    observer.current = null;
    if (element === null) return;
    setWidth(element.clientWidth);
    observer.current = new ResizeObserver(() => {
      setWidth(element.clientWidth);
    });
    observer.current.observe(element);
  }, []);
  return [reference, width];
}
