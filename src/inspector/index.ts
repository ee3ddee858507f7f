/* The entry point `./inspect`: the bridge to an inspector, and the page that is one. */
import '../session/actors.js';

export { sharedSystem } from '../chart/actors.js';
export * from '../inspect/index.js';
export { InspectorPage, type InspectorPageOptions } from './page-server/inspector-page.js';
