import {
  InspectionModel,
  type InspectionModelOptions,
} from '../../../src/inspector/model/inspection-model.js';

/** A model over a clock that stands still until it is set. */
export function modelAt(
  start: number,
  caps: Omit<InspectionModelOptions, 'now'> = {},
): { model: InspectionModel; clock: { now: number } } {
  const clock = { now: start };
  return { model: new InspectionModel({ now: () => clock.now, ...caps }), clock };
}

/** A small machine, as another program would send it. */
export const LIGHT = { id: 'light', initial: 'red', states: { red: {}, green: {} } };

/** Resolves with the change after which something holds of the model. */
export function changeUntil(model: InspectionModel, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const off = model.subscribe(() => {
      if (!holds()) return;
      off();
      resolve();
    });
  });
}
