import type { OptionTable } from './option-table.js';

/** How `serve --log` writes. */
export const LOG_FORMATS = ['text', 'json'] as const;

/** The options of `http-session serve`. */
export const SERVE_TABLE = {
  host: {
    ...{ type: 'string', default: '127.0.0.1', value: 'ADDRESS' },
    help: 'address to listen on (127.0.0.1)',
  },
  port: {
    ...{ type: 'string', default: '8080', value: 'N' },
    help: 'port to listen on; 0 picks a free one (8080)',
  },
  workers: {
    ...{ type: 'string', value: 'N' },
    help:
      'N worker processes on one port, and a pool process that starts, replaces and drains them. SIGHUP to the pool ' +
      'process restarts the workers one by one. Without it, one process does everything. GET /sessions lists the ' +
      'sessions of the worker that answers',
  },
  inspect: {
    ...{ type: 'string', value: '[HOST|PORT|HOST:PORT]' },
    help: 'shows live sessions on a page (127.0.0.1:8090); port 0 picks a free one',
  },
  'allow-host': {
    ...{ type: 'string', multiple: true, value: 'NAME' },
    help: 'another name of the page, such as mybox.local; may be repeated',
  },
  log: {
    ...{ type: 'string', value: '[text|json]', words: LOG_FORMATS },
    help: 'prints a line for each answer: time, address, method, path, status, bytes sent, duration (text)',
  },
} as const satisfies OptionTable;
