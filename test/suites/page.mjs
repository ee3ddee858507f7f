/** @typedef {import('./results.mjs').Outcome} Outcome */
/** @typedef {import('./reasons.mjs').Judged} Judged */

const line = (/** @type {readonly (string | number)[]} */ cells) => `| ${cells.join(' | ')} |`;

/** The page about the tests of frameworks. */
export function compatibilityPage(
  /** @type {readonly Outcome[]} */ outcomes,
  /** @type {readonly Judged[]} */ judged,
  /** @type {boolean} */ hasNext,
) {
  const counts = outcomes.map(({ title, tests, onNode, onSessions }) =>
    line([title, tests, onNode, onSessions]),
  );
  const failures = judged.map(({ title, name, reason }) =>
    line([title.replace(/ .*/, ''), name.replaceAll('|', '\\|'), reason]),
  );
  return `# The frameworks' own tests

\`onSessions()\` of \`http-session-machine/node\` serves Express and Fastify applications. To see what is different for
them, run the tests of Express and Fastify themselves, unchanged, on node:http and on our sessions:

\`\`\`sh
SUITES=<folder with the archives of the suites> npm run test:suites
\`\`\`

It checks this page; with \`UPDATE_GENERATED=1\` it writes it.

<!-- prettier-ignore-start -->

${line(['suite', 'tests', 'pass on node:http', 'pass on sessions'])}
${line(['---', '---:', '---:', '---:'])}
${counts.join('\n')}

<!-- prettier-ignore-end -->

On Node.js ${process.versions.node.split('.')[0]}. What passes in neither column is skipped, or fails on node:http. Some tests measure time and
fail on a busy machine, so a file with a failure runs again, alone.

${hasNext ? NEXT : NO_NEXT} Koa's tests are not among the archives.

## What passes on node:http alone

<!-- prettier-ignore-start -->

${line(['suite', 'test', 'why'])}
${line(['---', '---', '---'])}
${failures.join('\n')}

<!-- prettier-ignore-end -->
`;
}

const NEXT =
  'Of Next.js, three checks of ours run behind a custom server: a page, a route that reads JSON, and a streamed response.';

const NO_NEXT = 'Next.js could not be installed, so it was not tried.';
