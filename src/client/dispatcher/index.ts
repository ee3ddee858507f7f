export {
  ClientDispatcher,
  toDispatcher,
  type ClientDispatcherOptions,
  type DispatchFunction,
  type DispatchInterceptor,
} from './client-dispatcher.js';
export type { DispatchClient, DispatchedSwitch, DispatchInit } from './dispatch-client.js';
export type {
  CallbackHandler,
  ControllerHandler,
  DispatchController,
  DispatchHandler,
  ParsedFields,
  RawFields,
} from './dispatch-handler.js';
export type { DispatchHeaders, DispatchOptions } from './dispatch-options.js';
export { fetchOver } from './fetch-over.js';
