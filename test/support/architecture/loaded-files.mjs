/* Preloaded with --import: writes the URL of every module that the process loads to standard error. */
import { register } from 'node:module';

const hooks = `
import { writeSync } from 'node:fs';

export function load(url, context, next) {
  writeSync(2, 'loaded ' + url + '\\n');
  return next(url, context);
}
`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
