import type {
  InspectedActor,
  InspectedState,
  InspectorSink,
} from '../../../src/inspect/stately-inspector.js';

/** An inspector that writes down what it is told. */
export class Told implements InspectorSink {
  readonly actors: { actor: InspectedActor; state: InspectedState }[] = [];
  readonly snapshots: { of: string; state: InspectedState; event: string | undefined }[] = [];

  actor(actor: InspectedActor, state: InspectedState): void {
    this.actors.push({ actor, state });
  }

  snapshot(actor: InspectedActor, state: InspectedState, info?: { event?: { type: string } }): void {
    this.snapshots.push({ of: actor.id, state, event: info?.event?.type });
  }

  /** The names of the actors, in order. */
  get names(): readonly string[] {
    return this.actors.map(({ actor }) => actor.id);
  }
}
