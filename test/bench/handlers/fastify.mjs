import { HELLO, USER } from '../workloads.mjs';

/*
 * What a user of Fastify would write for the same answers, whatever the path.
 */

const findUser = async () => USER;

/** @type {Record<string, import('fastify').RouteHandlerMethod>} */
export const HANDLERS = {
  hello: (request, reply) => {
    reply.type('text/plain').send(HELLO);
  },
  json: async () => await findUser(),
};
