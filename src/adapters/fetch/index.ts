export type { FetchContext } from './fetch-context.js';
export { fetchContextOf } from './incoming-request.js';
export { toRequestHandler, type FetchHandler, type FetchOptions } from './request-handler.js';
