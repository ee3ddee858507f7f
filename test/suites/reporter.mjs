/*
 * A reporter of node:test: one line of JSON for each test that has ended, with the names of those around it.
 */

/**
 * What is read of the events of node:test.
 *
 * @typedef {object} TestEvent
 * @property {string} type
 * @property {{ name: string, nesting: number, skip?: unknown, todo?: unknown, details?: { error?: Error } }} data
 */

/** @param {AsyncIterable<TestEvent>} events */
export default async function* report(events) {
  /** @type {string[]} */
  const names = [];
  for await (const { type, data } of events) {
    if (type === 'test:start') names.splice(data.nesting, Infinity, data.name);
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const path = [...names.slice(0, data.nesting), data.name];
    const isSkipped = data.skip !== undefined || data.todo !== undefined;
    const result = isSkipped ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    const error = data.details?.error;
    const cause = error?.cause instanceof Error ? error.cause : error;
    yield `${JSON.stringify({ path, result, error: cause?.message ?? '' })}\n`;
  }
}
