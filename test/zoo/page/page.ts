import { clientModel, serverModel, type Model, type Share } from '../../../src/testing/index.js';
import { aligned, code } from '../../support/generate/markdown-table.js';
import { choiceRows } from './choice-rows.js';
import { differenceLines } from './difference-lines.js';
import type { Finding, Findings } from './finding.js';
import { CLIENT_CHOICES, SERVER_CHOICES, type Requirement } from './requirements.js';

const BEGIN = `# The zoo

The models of [model-based testing](model-based-testing.md), walked with servers and clients of others and with our own, over real sockets on loopback. Every pair of transitions is walked, timeouts included. Where one does
something else than the model, that transition is noted, looked at again with other payloads, and avoided from then on, or walked without the payload that makes the difference, so that nothing hides behind it.
\`npm run test:zoo\` runs it in about a minute, and compares the result with this page; with \`UPDATE_GENERATED=1\` it writes it.

A difference is not always a mistake. Each is judged by what RFC 9110 and RFC 9112 say: **MUST** is required, **SHOULD** recommended, **MAY** allowed. A model is laxer than the RFC where servers and clients really
differ: those choices have a table of their own. Nothing is said here about speed, nor about what no model has: trailers, Upgrade, CONNECT, header fields.
`;

/** The text of docs/zoo.md. */
export function zooPage({ servers, clients }: Findings): string {
  return [
    BEGIN,
    '## Servers\n',
    'Each answers GET, and POST with the bytes that it got. All but HTTPServer speak HTTP through node:http, and so are alike unless they do something about it. Timers are the defaults, and 400 ms on paths on which time has to pass.\n',
    ...chapter(serverModel, servers, SERVER_CHOICES),
    '## Clients\n',
    'Each keeps its connections, and reads all of an answer before it is content. They wait as long as they do by default, and 400 ms on paths on which the server is silent.\n',
    ...chapter(clientModel, clients, CLIENT_CHOICES),
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}

function chapter(
  model: Model,
  findings: readonly Finding[],
  choices: Readonly<Record<string, Requirement>>,
): readonly string[] {
  return [
    ...aligned([
      [model.name, 'what runs', 'transitions', 'pairs', 'differences', 'set up'],
      ...findings.map((finding) => [
        finding.name,
        finding.version,
        shareText(finding.coverage.transitions),
        shareText(finding.coverage.pairs),
        finding.differences.length === 0 ? 'none' : String(finding.differences.length),
        finding.setting,
      ]),
    ]),
    '',
    'Transitions and pairs of them that went as the model says, at least once, of all that it has.\n',
    `### What a ${model.name} does differently\n`,
    ...differenceLines(model, findings),
    `### Where the ${model.name} model leaves a choice\n`,
    ...aligned([['in', 'on', 'the RFC says', ...names(findings)], ...choiceRows(findings, choices)]),
    '',
    '† is against what is required, ‡ against what is recommended. Of several behaviours in a cell, which one it is depends on the request and on what came before.\n',
    `### All events of the ${model.name} model\n`,
    ...aligned([['event', 'rule', 'done differently by'], ...eventRows(model, findings)]),
    '',
  ];
}

function names(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ name }) => name);
}

function shareText({ covered, total }: Pick<Share, 'covered' | 'total'>): string {
  return `${String(covered)} of ${String(total)}`;
}

function eventRows(model: Model, findings: readonly Finding[]): readonly (readonly string[])[] {
  return model.events.map((event) => {
    const others = findings.filter(({ differences }) => differences.some((found) => found.event === event));
    return [code(event), model.rules?.[event] ?? '', names(others).join(', ') || 'nobody'];
  });
}
