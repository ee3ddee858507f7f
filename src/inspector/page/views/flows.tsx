import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { routeOf, type DiagramLayout } from '../../diagram/drawing.js';
import { formatRate } from '../logic/format.js';
import { RATE_WINDOW, rateOf, type Flow } from '../logic/trace.js';

interface FlowsProps {
  readonly layout: DiagramLayout;
  readonly flows: ReadonlyMap<number, Flow>;
}

/** Lights each arrow for a moment when it is taken. What was taken before the chart is shown stays dark. */
export function Flashes({ layout, flows }: FlowsProps): ComponentChildren {
  const before = useRef<FlowsProps | null>(null);
  if (before.current?.layout !== layout) before.current = { layout, flows };
  const known = before.current.flows;
  return layout.arrows.map(({ points }, i) => {
    const flow = flows.get(i);
    if (flow === undefined || flow.mark === known.get(i)?.mark) return null;
    // With another key it is another element, whose animation begins again.
    const key = `${String(i)} ${String(flow.mark)}`;
    return <path key={key} class="flash" d={routeOf(points)} marker-end="url(#head-flash)" />;
  });
}

const CHIP = { height: 14, charWidth: 6.2 } as const;

/** How often per second each arrow is taken, written at the arrow. */
export function Rates({ layout, flows }: FlowsProps): ComponentChildren {
  const now = useClock(flows);
  return (
    <g aria-hidden="true">
      {layout.arrows.map(({ label, lines, tooltip }, i) => {
        const flow = flows.get(i);
        const rate = flow === undefined ? 0 : rateOf(flow, now);
        if (rate === 0 || tooltip === '') return null;
        const text = formatRate(rate);
        const width = text.length * CHIP.charWidth + 8;
        const x = label.x + label.width / 2;
        // Where events are written, above them.
        const y = lines.length > 0 ? label.y - 4 : label.y + label.height / 2;
        return (
          <g key={i} class="rate">
            <rect x={x - width / 2} y={y - CHIP.height / 2} width={width} height={CHIP.height} rx={7} />
            <text x={x} y={y + 4}>
              {text}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** The time of the source, in steps of half a second, going by what it last reported. */
function useClock(flows: ReadonlyMap<number, Flow>): number {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      tick((count) => count + 1);
    }, 500);
    return () => {
      clearInterval(timer);
    };
  }, []);
  const newest = Math.max(
    0,
    ...[...flows.values()].map((flow) => ('times' in flow ? (flow.times.at(-1) ?? 0) : 0)),
  );
  const heard = useRef({ newest: 0, at: 0 });
  if (heard.current.newest !== newest) heard.current = { newest, at: performance.now() };
  return newest + Math.min(RATE_WINDOW, performance.now() - heard.current.at);
}
