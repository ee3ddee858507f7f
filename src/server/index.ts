export { HTTPServer } from './http-server.js';
export type { DrainOptions, DrainReport, HTTPServerParams } from './server-params.js';
