export {
  toRequestHandler,
  type FetchContext,
  type FetchHandler,
  type FetchOptions,
} from './request-handler.js';
