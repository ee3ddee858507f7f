import type { ActorDetail } from '../../model/shapes.js';
import type { Source } from '../../model/source.js';
import { isBeyondLog, type Moment } from '../logic/moment.js';
import { useAnswer } from './answers.js';

/** An actor with its changes around the moment, where its latest ones do not go back so far. */
export function usePastActor(
  source: Source,
  actor: ActorDetail | null | undefined,
  moment: Moment | null,
): ActorDetail | null | undefined {
  const isBeyond = moment !== null && actor !== null && actor !== undefined && isBeyondLog(actor, moment);
  const { value: past } = useAnswer(
    () => (isBeyond ? source.actorAt(actor.id, moment.at) : undefined),
    [source, isBeyond, actor?.id, moment?.at],
  );
  return isBeyond && past?.id === actor.id ? past : actor;
}
