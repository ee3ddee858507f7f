import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';

import type { ActorDetail, FleetFrame } from '../model/shapes.js';
import type { Source, SourceStatus, Unwatch } from '../model/source.js';
import { outOf } from './logic/address.js';
import { useAddress, useAnswer, useDroppedFile, useLatest } from './hooks.js';
import { stepBack, stepForward, type Moment } from './logic/moment.js';
import { sourceOfWindow, tellingWindow } from './sources/framed-source.js';
import { saveRecording, sourceOfRecording } from './sources/recording.js';
import { RemoteSource } from './sources/remote-source.js';
import { Actor } from './views/actor.jsx';
import { Fleet } from './views/fleet.jsx';
import { Keys } from './views/keys.jsx';
import { Masthead } from './views/masthead.jsx';
import { Timeline } from './views/timeline.jsx';

/** A recording that is shown instead of the live source. */
interface OpenedRecording {
  readonly name: string;
  readonly source: Source;
}

const SECOND = 1000;
const UNWATCHED: Unwatch = () => undefined;

/** The page: what it shows (a source, a place in it, a time) and its views. */
export function App(): ComponentChildren {
  const live = useMemo(openLiveSource, []);
  const [recording, setRecording] = useState<OpenedRecording | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [moment, setMoment] = useState<Moment | null>(null);
  const [address, go] = useAddress();
  const source = recording?.source ?? live;
  const { status, generation } = useStatus(source);
  const range = useLatest<FleetFrame>((listener) => source.watchFleet(listener), [source]);
  const then = useAnswer(
    () => (moment === null ? undefined : source.fleetAt(moment.at)),
    [source, moment?.at],
  );
  const { actor: id } = address;
  const [isHelpOpen, openHelp] = useState(false);
  const close = (): boolean => {
    const outer = outOf(address);
    if (outer !== null) go(outer);
    return outer !== null;
  };
  const actor = useLatest<ActorDetail | null>(
    (listener) => (id === undefined ? UNWATCHED : source.watchActor(id, listener)),
    [source, id],
  );

  const changeSource = (opened: OpenedRecording | null): void => {
    recording?.source.close();
    setRecording(opened);
    setMoment(null);
    setProblem(null);
    go({});
  };
  const open = (file: File): void => {
    void file.text().then((text) => {
      try {
        changeSource({ name: file.name, source: sourceOfRecording(text) });
      } catch (error) {
        setProblem(
          `${file.name} cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    });
  };
  const save = (): void => {
    void saveRecording(source).catch((error: unknown) => {
      setProblem(
        `The recording cannot be exported: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
  };
  useDroppedFile(open);

  const steps = stepsOf(actor ?? null, range, moment);
  return (
    <>
      <Masthead
        status={status}
        isPaused={moment !== null}
        home={() => go({})}
        save={save}
        open={open}
        showKeys={() => openHelp(true)}
      />
      <Keys close={close} isHelpOpen={isHelpOpen} openHelp={openHelp} />
      {problem !== null && (
        <div class="banner warning" role="alert">
          <p>{problem}</p>
          <button type="button" onClick={() => setProblem(null)}>
            Dismiss
          </button>
        </div>
      )}
      {recording !== null && (
        <div class="banner" role="region" aria-label="Recording">
          <p>
            You are viewing the recording <strong>{recording.name}</strong>. It is not live.
          </p>
          <button type="button" onClick={() => changeSource(null)}>
            Back to live
          </button>
        </div>
      )}
      {id === undefined ? (
        <Fleet
          source={source}
          generation={generation}
          frame={moment === null ? range : (then.value ?? range)}
          moment={moment}
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
          child={address.child}
          open={(other) => {
            const { child: _, ...rest } = address;
            go({ ...rest, actor: other });
          }}
          showChart={(child) => {
            const { child: _, ...rest } = address;
            go(child === undefined ? rest : { ...rest, child });
          }}
          back={() => {
            const { actor: _actor, child: _child, ...rest } = address;
            go(rest);
          }}
        />
      )}
      <Timeline
        range={range}
        moment={moment}
        isRecording={recording !== null}
        step={id === undefined ? 'one second' : 'one change'}
        go={setMoment}
        stepBack={() => setMoment(steps.back)}
        stepForward={() => setMoment(steps.forward)}
      />
    </>
  );
}

/** The live source: the window around the page, or else the server that served it. */
function openLiveSource(): Source {
  const teller = tellingWindow();
  return teller === null ? new RemoteSource() : sourceOfWindow(teller);
}

/** The status of the source, and how often it has reconnected: caches of an earlier connection are invalid. */
function useStatus(source: Source): { readonly status: SourceStatus; readonly generation: number } {
  const [known, setKnown] = useState<{ status: SourceStatus; generation: number }>({
    status: 'connecting',
    generation: 0,
  });
  useEffect(
    () =>
      source.watchStatus((status) => {
        setKnown((last) => ({
          status,
          generation: last.generation + (status === 'live' && last.status === 'lost' ? 1 : 0),
        }));
      }),
    [source],
  );
  return known;
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
