import { open as openClient } from './our-client.mjs';

/**
 * An `HTTPClient` in which so many calls wait.
 *
 * @param {import('./client.mjs').Plan} plan
 */
export const open = (plan) => openClient({ ...plan, atOnce: plan.connections + 100 });
