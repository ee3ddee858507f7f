/* The entry point `./inspect`: the bridge to an inspector, the page that is one, and the recorder. */
export * from '../inspect/index.js';
export {
  recordSessions,
  type RecordingFile,
  type RecordSessionsOptions,
  type SessionsRecorder,
  type SessionsRecording,
} from './record-sessions.js';
export { InspectorPage, type InspectorPageOptions } from './page-server/inspector-page.js';
