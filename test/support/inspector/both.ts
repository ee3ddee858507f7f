import type { SessionSelection } from '../../../src/inspect/session-inspection.js';
import { SessionInspection } from '../../../src/inspect/session-inspection.js';
import { InspectionModel } from '../../../src/inspector/model/inspection-model.js';
import type { Recording } from '../../../src/inspector/model/shapes.js';
import { ModelSink } from '../../../src/inspector/page-server/model-sink.js';
import { packageCharts } from '../../../src/inspector/page-server/package-charts.js';
import { recordSessions, type RecordSessionsOptions } from '../../../src/inspector/record-sessions.js';
import type { Clock } from '../../../src/transport/index.js';

/** What the page remembers of sessions, and what a recorder does, of the same traffic. */
export class Both implements Disposable {
  readonly recorder: ReturnType<typeof recordSessions>;
  readonly #model: InspectionModel;
  readonly #sink: ModelSink;
  readonly #inspection: SessionInspection;

  constructor(clock: Clock, selection: SessionSelection, options: RecordSessionsOptions = {}) {
    this.#model = new InspectionModel({ now: () => clock.wallTime(), charts: packageCharts });
    this.#sink = new ModelSink(this.#model, clock);
    this.#inspection = new SessionInspection(this.#sink, selection);
    this.recorder = recordSessions({ ...selection, clock, ...options });
  }

  /** Does something to both. */
  each(change: (it: Pick<SessionInspection, 'add' | 'remove'>) => void): void {
    change(this.#inspection);
    change(this.recorder);
  }

  get paged(): Recording {
    return plain(this.#model.recording());
  }

  get recorded(): Recording {
    return plain(this.recorder.dump() as Recording);
  }

  [Symbol.dispose](): void {
    this.recorder.close();
    this.#inspection.close();
    this.#sink.close();
  }
}

/** As it is in a file; of servers, which each counts for itself, without the numbers. */
function plain(recording: Recording): Recording {
  const text = JSON.stringify(recording)
    .replaceAll(/server-\d+"/g, 'server-1"')
    .replaceAll(/"server \d+"/g, '"server 1"');
  return JSON.parse(text) as Recording;
}
