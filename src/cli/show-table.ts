import type { OptionTable } from './option-table.js';

/** How recordings are printed. */
export const SHOW_FORMATS = ['table', 'mermaid', 'jsonl'] as const;

/** The options of `http-session show`. */
export const SHOW_TABLE = {
  format: {
    ...{ type: 'string', default: 'table', value: 'table|mermaid|jsonl', words: SHOW_FORMATS },
    help: 'how the recording is printed (table)',
  },
  session: { ...{ type: 'string', value: 'N' }, help: 'prints the session of that number alone' },
  last: { ...{ type: 'string', value: 'N' }, help: 'prints the last N lines alone' },
  queries: {
    ...{ type: 'boolean', default: false },
    help: 'prints targets with their queries, where the recording has them',
  },
} as const satisfies OptionTable;
