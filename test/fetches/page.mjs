/**
 * What was seen of one `fetch`.
 *
 * @typedef {object} Column
 * @property {string} subject
 * @property {number} major Of Node.js.
 * @property {string} version Of undici.
 * @property {{ name: string, error: string | null }[]} cells
 */

const titleOf = (/** @type {Column} */ { subject, major, version }) =>
  subject === 'global'
    ? `\`fetch\` of Node.js ${major}`
    : `undici ${version.split('.')[0]}, Node.js ${major}`;

/** The page about the `fetch` of each version. @param {Column[]} columns */
export function fetchesPage(columns) {
  const names = [...new Set(columns.flatMap(({ cells }) => cells.map(({ name }) => name)))];
  const mark = (/** @type {Column} */ { cells }, /** @type {string} */ name) => {
    const cell = cells.find((it) => it.name === name);
    if (cell === undefined) return '–';
    return cell.error === null ? 'yes' : '**no**';
  };
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const rows = names.map((name) => line([name, ...columns.map((column) => mark(column, name))]));
  const green = columns.reduce(
    (sum, { cells }) => sum + cells.filter(({ error }) => error === null).length,
    0,
  );
  const all = columns.reduce((sum, { cells }) => sum + cells.length, 0);
  return `${START}
${green} of ${all} cells pass.

${line(['', ...columns.map(titleOf)])}
${line(['---', ...columns.map(() => '---')])}
${rows.join('\n')}
${END}`;
}

const START = `# One dispatcher, every fetch

\`toDispatcher(client)\` of \`http-session-machine/undici\` makes a dispatcher that works under every \`fetch\`:

<!-- no-run -->

\`\`\`js
import { HTTPClient } from 'http-session-machine/client';
import { toDispatcher } from 'http-session-machine/undici';

const dispatcher = toDispatcher(new HTTPClient());
const response = await fetch('https://api.example/orders', { dispatcher });
\`\`\`

A dispatcher of undici is bound to the major version that made it: one of undici 7 fails under the \`fetch\` of
Node.js 26, one of undici 8 under that of Node.js 22. Ours asks each handler which dialect it speaks.

\`npm run test:fetches\` writes this table. Each column runs in a process of that Node.js. A dash stands
for what only the package has.

<!-- prettier-ignore-start -->
`;

const END = `
<!-- prettier-ignore-end -->

## What differs from undici's own dispatchers

- **Errors are ours.** The \`cause\` of \`fetch failed\` is an \`HTTPSessionError\` with its testimony, not an error of undici.
  What you abort with a reason fails with that reason. \`RetryAgent\` and \`interceptors.retry()\` of undici retry by the codes
  of undici; name ours in \`errorCodes\`, such as \`ERR_HTTP_SESSION_RESET\`.
- **Abort works while a request waits.** The handler starts in \`dispatch\`, so it can leave the queue and the connect.
- **Malformed options** are a \`TypeError\`, which the handler gets.
- **CONNECT**: a proxy that refuses is an error with its status, not an upgrade.
- **Handlers of undici 6 and 7** get field names and values as text where they are ASCII, and as bytes where not.
- **\`servername\`** must be the host of the origin; another name needs a client with \`tls.servername\`.
- **Ignored**, because they have no meaning without pipelining and HTTP/2: \`blocking\`, \`idempotent\`, \`allowH2\`. A request is
  sent again only where its method allows that.
- **Left to Fetch**: redirects, decompression, CORS and cache modes.
- **Not there**: the methods \`request\`, \`stream\`, \`pipeline\`, \`connect\` and \`upgrade\` of dispatchers. Call the functions of
  undici with the option \`dispatcher\`.
- **A response that you do not read** holds its connection once more has arrived than \`fetch\` buffers. Call
  \`response.body?.cancel()\`.
`;
