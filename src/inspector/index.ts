/* The entry point `./inspect`: the bridge to an inspector, and the page that is one. */
export * from '../inspect/index.js';
export { InspectorPage, type InspectorPageOptions } from './page-server/inspector-page.js';
