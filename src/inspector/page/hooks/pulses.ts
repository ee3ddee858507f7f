import { useEffect, useState } from 'preact/hooks';

import type { Source } from '../../model/source.js';
import { withPulse, type FlowSecond } from '../logic/fleet-flows.js';
import type { Minutes } from '../logic/readings.js';

/** The last pulse of a source. */
export interface Pulses {
  readonly minutes: Minutes;
  /** Whether other programs report, of which requests are not known. */
  readonly hasForeign: boolean;
  /** The transitions of the last ten seconds. */
  readonly flows: readonly FlowSecond[];
}

const UNHEARD: Pulses = { minutes: { server: null, client: null }, hasForeign: false, flows: [] };

/** Listens to the pulse of a source. */
export function usePulses(source: Source): Pulses {
  const [heard, setHeard] = useState(UNHEARD);
  useEffect(() => {
    setHeard(UNHEARD);
    return source.watchPulse((pulse) => {
      const { server, client, hasForeign } = pulse;
      setHeard(({ flows }) => ({
        ...{ minutes: { server, client }, hasForeign },
        flows: withPulse(flows, pulse),
      }));
    });
  }, [source]);
  return heard;
}
