import { serve } from './hono-ours.mjs';

/**
 * With the `Response` of Node.js.
 *
 * @param {import('./server.mjs').Plan} plan
 */
export const listen = ({ library }) => serve(library, {});
