import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';

import type { ActorDetail, FleetFrame } from '../model/shapes.js';
import type { Unwatch } from '../model/source.js';
import { useAnswer, useLatest } from './hooks/answers.js';
import { useAddress } from './hooks/address.js';
import { useOpenedSource } from './hooks/opened-source.js';
import { useWidth } from './hooks/size.js';
import { useReplacement, useStanding } from './hooks/standing.js';
import { usePastActor } from './hooks/past-actor.js';
import { useTimes } from './hooks/times.js';
import { atTime, inPlace, momentIn, outOf, spanIn, without, type Address } from './logic/address.js';
import { stepBack, stepForward, type Moment } from './logic/moment.js';
import { lostText, momentNotice, replacedText, unknownActorText } from './logic/notices.js';
import { shownRole } from './logic/readings.js';
import type { Span } from './logic/span.js';
import { usePulses } from './hooks/pulses.js';
import { Actor } from './views/actor.jsx';
import { Banner } from './views/banner.jsx';
import { Fleet } from './views/fleet.jsx';
import { Keys } from './views/keys.jsx';
import { Masthead } from './views/masthead.jsx';
import { revealLists } from './views/reveal-lists.js';
import { Timeline } from './views/timeline.jsx';

const SECOND = 1000;
const UNWATCHED: Unwatch = () => undefined;
const NO_CHANGES: readonly number[] = [];

/** The page: what it shows (a source, a place in it, a time) and its views. */
export function App(): ComponentChildren {
  const { address, go: goTo, replace } = useAddress();
  const opened = useOpenedSource((recorded) => {
    // A link to a moment of a recording is opened before the recording is.
    if (recorded === null || !isWithin(recorded, momentIn(address))) goTo(() => ({}));
  });
  const { source, recording } = opened;
  const { status, generation, lostAt } = useStanding(source);
  const frame = useLatest<FleetFrame>((listener) => source.watchFleet(listener), [source]);
  const [replaced, noteReplacement] = useReplacement(source, frame);
  const { at, through, from, to, actor: id } = address;
  const moment = useMemo(() => momentIn(address), [at, through]);
  const span = useMemo(() => spanIn(address), [from, to]);
  const then = useAnswer(
    () => (moment === null ? undefined : source.fleetAt(moment.at)),
    [source, generation, moment?.at],
  );
  const [isHelpOpen, openHelp] = useState(false);
  const close = (): boolean => {
    const outer = outOf(address);
    if (outer !== null) goTo(() => outer);
    return outer !== null;
  };
  const latest = useLatest<ActorDetail | null>(
    (listener) => (id === undefined ? UNWATCHED : source.watchActor(id, listener)),
    [source, id],
  );
  const actor = usePastActor(source, latest, moment);
  const [measured, width] = useWidth();
  const isRecording = recording !== null;
  const isLost = lostAt !== null;
  const pulses = usePulses(source);
  const role = shownRole(pulses.minutes, address.role);
  const times = useTimes(source, { frame, moment, span, role, isRecording, isLost, generation, width });
  useEffect(() => {
    document.documentElement.dataset['source'] = status;
  }, [status]);

  const go = (place: Address): void => goTo((last) => inPlace(last, place));
  const travel = (to: Moment | null, within: Span | null): void =>
    replace((last) => atTime(last, to, within));
  const steps = stepsOf(actor ?? null, frame, moment);
  const changes = useMemo(() => actor?.log.map((entry) => entry.at) ?? NO_CHANGES, [actor?.log]);
  const now = frame?.at ?? Date.now();
  const notice = momentNotice(moment, times.history, id === undefined ? 'fleet' : 'actor');
  return (
    <>
      <Masthead
        status={status}
        isPaused={moment !== null}
        home={() => go({})}
        save={opened.save}
        open={opened.open}
        showKeys={() => openHelp(true)}
      />
      <Keys close={close} isHelpOpen={isHelpOpen} openHelp={openHelp} />
      {opened.problem !== null && (
        <Banner kind="warning" role="alert" action="Dismiss" act={opened.dismiss}>
          {opened.problem}
        </Banner>
      )}
      {isRecording && (
        <Banner label="Recording" action="Back to live" act={opened.backToLive}>
          You are viewing the recording <strong>{recording}</strong>. It is not live.
        </Banner>
      )}
      {lostAt !== null && (
        <Banner kind="warning" label="Connection">
          {lostText(lostAt)}
        </Banner>
      )}
      {replaced !== null && (
        <Banner label="Another process" action="Dismiss" act={noteReplacement}>
          {replacedText(replaced, now)}
        </Banner>
      )}
      {then.error !== null && (
        <Banner kind="warning" label="Time">
          What was then cannot be loaded: {then.error.message}. The numbers are the last known ones.
        </Banner>
      )}
      {notice !== null && <Banner label="Detail">{notice}</Banner>}
      {id === undefined ? (
        <Fleet
          source={source}
          generation={generation}
          frame={moment === null ? frame : (then.value ?? frame)}
          moment={moment}
          isLive={status === 'live'}
          span={span}
          pulses={pulses}
          role={role}
          travel={(to) => travel(to, span)}
          address={address}
          go={go}
        />
      ) : (
        <Actor
          key={id}
          source={source}
          generation={generation}
          actor={actor}
          moment={moment}
          span={span}
          now={now}
          isLive={status === 'live'}
          unknown={unknownActorText(id, frame?.began, now)}
          child={address.child}
          tab={address.tab}
          open={(other) => goTo((last) => ({ ...without(last, ['child']), actor: other }))}
          showChart={(child) => {
            goTo((last) => ({ ...without(last, ['child']), ...(child === undefined ? {} : { child }) }));
          }}
          showTab={(tab) => {
            replace((last) => ({ ...last, tab }));
            revealLists();
          }}
          travel={(to) => travel(to, span)}
          back={() => goTo((last) => without(last, OF_ACTOR))}
        />
      )}
      <Timeline
        times={times}
        moment={moment}
        span={span}
        standing={isRecording ? 'recording' : isLost ? 'lost' : 'live'}
        step={id === undefined ? 'one second' : 'one change'}
        changes={changes}
        travel={travel}
        stepBack={() => travel(steps.back, span)}
        stepForward={() => travel(steps.forward, span)}
        showRequests={(to, within) => {
          goTo((last) => atTime({ ...without(last, OF_ACTOR), list: 'requests' }, to, within));
          revealLists();
        }}
        openAt={(other, to) => {
          goTo((last) => atTime({ ...without(last, OF_ACTOR), actor: other, tab: 'Events' }, to, span));
        }}
        nameOf={async (other) => {
          const { actors } = await source.list({ search: other, limit: 20 });
          return actors.find((one) => one.id === other)?.name ?? other;
        }}
        width={width}
        measured={measured}
      />
    </>
  );
}

/** What an address says of an open actor. */
const OF_ACTOR = ['actor', 'child', 'tab'] as const;

/** Whether the moment is one that a recording reaches back to. */
function isWithin({ since, at }: FleetFrame, moment: Moment | null): boolean {
  return moment !== null && moment.at >= since && moment.at <= at;
}

interface Steps {
  readonly back: Moment | null;
  readonly forward: Moment | null;
}

/** The moments one step away: one change of the open actor, or one second if no actor is open. */
function stepsOf(actor: ActorDetail | null, range: FleetFrame | undefined, moment: Moment | null): Steps {
  if (actor !== null) {
    return { back: stepBack(actor.log, moment) ?? moment, forward: stepForward(actor.log, moment) };
  }
  const now = range?.at ?? 0;
  const at = moment?.at ?? now;
  return {
    back: { at: Math.max(range?.since ?? 0, at - SECOND), through: null },
    forward: at + SECOND >= now ? null : { at: at + SECOND, through: null },
  };
}
