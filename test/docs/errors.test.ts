import { describe, expect, it } from '@jest/globals';

import {
  AbortedError,
  ERROR_CODES,
  type HTTPSessionError,
  InvalidStateError,
  NetworkError,
  TimeoutError,
} from '../../src/index.js';
import { committed, withBlock } from '../support/generate/committed.js';
import { collectAnswers } from '../support/docs/answers.js';
import { codeBlocks, formatted, table } from '../support/docs/markdown.js';
import { runProgram } from '../support/docs/run-module.js';

const PAGE = 'docs/errors.md';

/** Times differ from run to run. */
function timeless(text: string): string {
  return text.replaceAll(/("(?:since|at)"): \d+/g, '$1: 0');
}

describe('docs/errors.md (UPDATE_GENERATED=1 renews what is generated)', () => {
  it('docs/errors.md lists every code', async () => {
    const rows = Object.entries(ERROR_CODES).map(([code, meaning]) => [`\`${code}\``, meaning]);
    const page = withBlock(committed(PAGE), 'codes', table(['code', 'meaning'], rows));
    const current = await formatted(page, PAGE);
    expect(committed(PAGE, current)).toBe(current);
  });

  it('docs/errors.md shows what its example prints, apart from times', async () => {
    const { lines } = await runProgram(
      () => import(new URL('../../docs/examples/errors-that-testify.mjs', import.meta.url).href),
    );
    const end = lines.indexOf('}');
    const output = lines.slice(0, end + 1).join('\n');
    expect(JSON.parse(output)).toMatchObject({
      testimony: { endedBy: 'fin', request: { target: '/orders' } },
    });
    const page = committed(PAGE);
    const current = withBlock(page, 'testimony', `\`\`\`json\n${output}\n\`\`\``);
    const isStale = timeless(page) !== timeless(current);
    expect(timeless(isStale ? committed(PAGE, current) : page)).toBe(timeless(current));
    expect(lines.slice(end + 1)).toEqual([
      'errored.fatal ERR_HTTP_SESSION_INCOMPLETE_MESSAGE',
      'InvalidStateError unknown',
    ]);
  });

  it('docs/errors.md shows what a server really answers', async () => {
    const answers = await collectAnswers();
    const rows = answers.map(({ what, status, code }) => [what, status, code === '' ? '' : `\`${code}\``]);
    const page = withBlock(committed(PAGE), 'answers', table(['a client sends', 'answer', 'code'], rows));
    const current = await formatted(page, PAGE);
    expect(committed(PAGE, current)).toBe(current);
  });

  it('docs/errors.md names every error class', () => {
    const section =
      committed(PAGE)
        .split('\n## ')
        .find((text) => text.startsWith('Families')) ?? '';
    const families = [...section.matchAll(/^\| `(\w+Error)`/gm)].map(([, name]) => name);
    expect(families).toEqual([
      'NetworkError',
      'TimeoutError',
      'InvalidStateError',
      'LocalProtocolError',
      'RemoteProtocolError',
      'NoMessageError',
      'IncompleteMessageError',
      'AbortedError',
      'HTTPError',
      'WorkerError',
      'ProxyError',
    ]);
  });
});

describe('the retry recipe of docs/errors.md', () => {
  const recipe =
    codeBlocks(committed(PAGE)).find(({ code }) => code.includes('async function send'))?.code ?? '';

  /** Runs the recipe on a session whose requests have the given outcomes, in order. */
  async function sendOver(outcomes: readonly unknown[], method: string): Promise<[unknown, number]> {
    const { exports } = await runProgram(
      () => import(`data:text/javascript,${encodeURIComponent(`${recipe}\nexport { send };`)}`),
    );
    const send = exports['send'] as (session: object, init: object) => Promise<unknown>;
    let calls = 0;
    const session = {
      request: () => {
        const outcome = outcomes[calls++];
        return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
      },
      reset: () => undefined,
    };
    return [await send(session, { method }).catch((error: unknown) => error), calls];
  }

  /** An error with the verdict of a request that could not connect. */
  function unsent<TError extends HTTPSessionError>(error: TError): TError {
    error.testimony = { replay: 'safe' } as NonNullable<HTTPSessionError['testimony']>;
    return error;
  }

  const refused = unsent(new NetworkError('refused', { code: 'ERR_HTTP_SESSION_CONNECT' }));
  const tooSlow = unsent(new TimeoutError('connect', 1));
  const reset = new NetworkError('reset', { code: 'ERR_HTTP_SESSION_RESET' });

  it.each<[string, Error, string, number]>([
    ['repeats a POST that was never sent', refused, 'POST', 2],
    ['repeats a POST whose connection timed out before it began', tooSlow, 'POST', 2],
    ['does not repeat a POST that may have been sent', reset, 'POST', 1],
    ['does not repeat a POST without a response', new TimeoutError('receive', 1), 'POST', 1],
    ['repeats a GET that may have been sent', reset, 'GET', 2],
  ])('the retry in docs/errors.md %s', async (_, error, method, calls) => {
    const outcome = await sendOver([error, 'answered'], method);
    expect(outcome).toEqual([calls === 2 ? 'answered' : error, calls]);
  });

  it('the retry in docs/errors.md repeats whatever is safe', async () => {
    const failed = unsent(new NetworkError('refused'));
    expect(await sendOver([failed, 'answered'], 'PATCH')).toEqual(['answered', 2]);
  });

  it('the retry in docs/errors.md does not repeat what your own code got wrong or aborted', async () => {
    for (const own of [new InvalidStateError('request()', 'closed'), new AbortedError('aborted')]) {
      const failed = unsent(own);
      expect(await sendOver([failed, 'answered'], 'GET')).toEqual([failed, 1]);
    }
  });

  it('the retry in docs/errors.md gives up after its attempts', async () => {
    expect(await sendOver([refused, refused, refused, 'answered'], 'POST')).toEqual([refused, 3]);
  });
});
