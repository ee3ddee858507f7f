import type { InspectedActor, InspectedState } from './stately-inspector.js';

/** The version of `@statelyai/inspect` whose form the messages have; a receiver asks whether there is one. */
const VERSION = '0.7.2';

/** Definitions are the same object for all sessions, and have 10 kB. */
const definitions = new WeakMap<object, string>();

/** An actor has appeared: the message that `createInspector` of `@statelyai/inspect` makes of it, with a name of its own. */
export function actorMessage(actor: InspectedActor, snapshot: InspectedState): string {
  return JSON.stringify({
    type: '@xstate.actor',
    name: actor.id,
    sessionId: actor.sessionId,
    createdAt: String(Date.now()),
    _version: VERSION,
    rootId: rootOf(actor),
    parentId: actor._parent?.sessionId,
    id: null,
    definition: definitionOf(actor.logic.config),
    snapshot,
  });
}

/** An actor has changed. `id` and `rootId` of such a message mean nothing, and are left out for the sake of its size. */
export function snapshotMessage(
  actor: InspectedActor,
  snapshot: InspectedState,
  info?: { readonly event?: { readonly type: string } },
): string {
  return JSON.stringify({
    type: '@xstate.snapshot',
    snapshot,
    event: info?.event ?? { type: '' },
    sessionId: actor.sessionId,
    createdAt: String(Date.now()),
    _version: VERSION,
  });
}

function rootOf(actor: InspectedActor): string | undefined {
  let above = actor._parent;
  while (above?._parent !== undefined) above = above._parent;
  return above?.sessionId;
}

function definitionOf(config: object): string {
  let text = definitions.get(config);
  if (text === undefined) definitions.set(config, (text = JSON.stringify(config)));
  return text;
}
