import { useEffect, useMemo, useState } from 'preact/hooks';

import type { SessionRole } from '../../model/traffic-shapes.js';
import type { Source } from '../../model/source.js';
import { withPulse, type FlowSecond } from '../logic/fleet-flows.js';
import { PulseLog, type Minutes } from '../logic/readings.js';

/** The last pulse of a source, and what was heard before it. */
export interface Pulses {
  readonly minutes: Minutes;
  /** Whether other programs report, of which requests are not known. */
  readonly hasForeign: boolean;
  /** The transitions of the last ten seconds. */
  readonly flows: readonly FlowSecond[];
  readonly logs: Readonly<Record<SessionRole, PulseLog>>;
}

const UNHEARD: Omit<Pulses, 'logs'> = {
  minutes: { server: null, client: null },
  hasForeign: false,
  flows: [],
};

/** Listens to the pulse of a source. */
export function usePulses(source: Source): Pulses {
  const logs = useMemo(() => ({ server: new PulseLog(), client: new PulseLog() }), [source]);
  const [heard, setHeard] = useState<Omit<Pulses, 'logs'>>(UNHEARD);
  useEffect(() => {
    setHeard(UNHEARD);
    return source.watchPulse((pulse) => {
      const { server, client } = pulse;
      const minutes = { server, client };
      for (const role of ['server', 'client'] as const) {
        const minute = minutes[role];
        if (minute !== null) logs[role].add(pulse.at, minute);
      }
      setHeard(({ flows }) => ({
        ...{ minutes, hasForeign: pulse.hasForeign },
        flows: withPulse(flows, pulse),
      }));
    });
  }, [source, logs]);
  return useMemo(() => ({ ...heard, logs }), [heard, logs]);
}
