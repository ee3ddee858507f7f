import type { InspectionModel } from '../../../src/inspector/model/inspection-model.js';
import type { RequestEnd, RunningRequest } from '../../../src/inspector/model/request-reports.js';

/** A request of a session, which begins at a time. */
export function request(at: number, facts: Partial<RunningRequest> = {}): RunningRequest {
  return {
    ...{
      at,
      session: '1z-1',
      sessionName: 'server session 1',
      role: 'server',
      turn: 1,
      method: 'GET',
      target: '/',
    },
    ...{ status: 200, bytesIn: 100, bytesOut: 200, headTook: 0, bodyAfter: 0, answeredAfter: 0 },
    ...facts,
  };
}

/** Reports a request that took a while, at the end of which it is now. */
export function served(
  { model, clock }: { readonly model: InspectionModel; readonly clock: { now: number } },
  facts: Partial<RunningRequest> & Partial<RequestEnd> & { readonly took?: number } = {},
): void {
  const { took = 10, outcome = 'completed', code = null, ...rest } = facts;
  const handle = model.requestBegan(request(rest.at ?? clock.now, { answeredAfter: took, ...rest }));
  clock.now += took;
  model.requestEnded(handle, { after: took, outcome, code });
}
