import { useMemo } from 'preact/hooks';

import { requestGroupsOf, type RequestGroup } from '../../model/request-groups.js';
import { roleOf } from '../../model/sequence.js';
import type { ActorDetail } from '../../model/shapes.js';
import type { Source } from '../../model/source.js';
import type { RequestList } from '../../model/traffic-shapes.js';
import { useAnswer, useThrottledChange } from './answers.js';

const REFRESH_MS = 500;
const LIMIT = 1000;

/** The requests in the log of an actor, with what the source knows of them. */
export function useRequestGroups(source: Source, actor: ActorDetail): readonly RequestGroup[] {
  const { id, log, logSince, session, transitions } = actor;
  const isSession = roleOf(actor) !== null;
  const refresh = useThrottledChange(transitions + log.length, REFRESH_MS);
  const { value } = useAnswer<RequestList>(
    () => (isSession ? source.requests({ session: id, limit: LIMIT, hasQueries: true }) : undefined),
    [source, id, isSession, refresh],
  );
  return useMemo(
    () => requestGroupsOf(log, { session, isLogCut: logSince > 0, rows: value?.requests ?? [] }),
    [log, session?.request?.number, session?.response, value],
  );
}
