import { describe, expect, it } from '@jest/globals';

import * as client from '../../src/client/index.js';
import * as library from '../../src/index.js';
import * as session from '../../src/session/index.js';
import * as streams from '../../src/streams/index.js';
import { committed } from '../support/generate/committed.js';
import { tableRows } from '../support/docs/markdown.js';
import { compile, exportsOf } from '../support/docs/public-api.js';

const PAGE = committed('docs/poco-parity.md');
const SOURCES = ['src/index.ts', 'src/client/index.ts', 'src/streams/index.ts'];
const program = compile(SOURCES);
const PUBLIC = new Map(
  SOURCES.flatMap((source) => exportsOf(program, source)).map(({ name, members }) => [
    name,
    members.map((member) => (member.isStatic ? `static ${member.name}` : member.name)),
  ]),
);

interface Row {
  readonly poco: string;
  readonly here: string;
  readonly status: string;
  readonly why: string;
}

/** The rows under each heading. */
const SECTIONS = PAGE.split('\n## ')
  .slice(1)
  // The sequences have a test of their own: test/poco.
  .filter((text) => !text.startsWith('Short sequences'))
  .map((text): [string, readonly Row[]] => {
    const rows = tableRows(text).map(([poco = '', here = '', status = '', why = '']) => ({
      poco,
      here,
      status,
      why,
    }));
    return [text.split('\n', 1)[0] ?? '', rows];
  });

function namesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '');
}

/**
 * What is wrong with a name in the second column, or nothing. It is an export, `Class.member`, or a member of the class
 * of the section. With parentheses it has to be a method at run time, too.
 */
function flawOf(section: string, name: string): string | undefined {
  const bare = name.replace(/\(\)$/, '');
  if (PUBLIC.has(bare)) return undefined;
  const [, owner = section, member = bare] = /^(HTTP\w+)\.(\w+)$/.exec(bare) ?? [];
  const members = PUBLIC.get(owner);
  if (members === undefined) return `${owner} is not exported`;
  if (!members.includes(member) && !members.includes(`static ${member}`)) return `${owner} has no ${member}`;
  if (!name.endsWith('()')) return undefined;
  return isMethod(owner, member) ? undefined : `${owner}.${member} is no method`;
}

/** Whether a class has a method at run time; for `HTTPSession`, which is abstract, whether its descendants have it. */
function isMethod(owner: string, member: string): boolean {
  const classes = owner === 'HTTPSession' ? ['HTTPClientSession', 'HTTPServerSession'] : [owner];
  const key = member.startsWith('[Symbol.') ? symbolOf(member) : member;
  return classes.every((name) => {
    // Classes that only the library creates are types of the entry points.
    const all: unknown = { ...session, ...library, ...client, ...streams };
    const Class = (all as Readonly<Record<string, { readonly prototype: object }>>)[name];
    return [Class?.prototype, Class].some((holder) => typeof propertyOf(holder, key)?.value === 'function');
  });
}

/** The property of an object or of its prototypes. Getters are not called: they have no object. */
function propertyOf(holder: unknown, key: string | symbol): PropertyDescriptor | undefined {
  for (let at = holder; at !== undefined && at !== null; at = Object.getPrototypeOf(at)) {
    const property = Object.getOwnPropertyDescriptor(at, key);
    if (property !== undefined) return property;
  }
  return undefined;
}

function symbolOf(member: string): symbol {
  return (Symbol as unknown as Record<string, symbol>)[member.slice('[Symbol.'.length, -1)] ?? Symbol('none');
}

describe('docs/poco-parity.md', () => {
  it('docs/poco-parity.md has a section for every class', () => {
    expect(SECTIONS.map(([section]) => section)).toEqual([
      'HTTPSession',
      'HTTPClientSession',
      'HTTPSClientSession',
      'HTTPSessionFactory',
      'HTTPCredentials',
      'HTTPServerSession',
      'HTTPServer',
      'HTTPServerParams',
      'MessageHeader',
      'HTTPMessage',
      'HTTPRequest',
      'HTTPResponse',
      'HTTPServerRequest',
      'HTTPServerResponse',
      'Streams',
    ]);
  });

  it.each(SECTIONS)('docs/poco-parity.md names only members of %s that exist', (section, rows) => {
    const names = rows.flatMap(({ here }) => namesIn(here));
    expect(names.length).toBeGreaterThan(3);
    expect(names.flatMap((name) => flawOf(section, name) ?? [])).toEqual([]);
  });

  it.each(SECTIONS)('docs/poco-parity.md has a status and a reason for every member of %s', (_, rows) => {
    for (const { poco, here, status, why } of rows) {
      expect(['kept', 'changed', 'left out', 'added']).toContain(status);
      expect([poco, here === '-']).toEqual([poco, status === 'left out']);
      expect([here, poco === '-']).toEqual([here, status === 'added']);
      expect([poco, why === '' && status !== 'kept']).toEqual([poco, false]);
    }
  });

  it('docs/poco-parity.md lists every public member of HTTPSession', () => {
    const [, rows = []] = SECTIONS[0] ?? [];
    const named = rows
      .flatMap(({ here }) => namesIn(here))
      .map((name) => name.replace(/^HTTPSession\.|\(\)$/g, ''));
    const all = (PUBLIC.get('HTTPSession') ?? []).map((member) => member.replace('static ', ''));
    expect(all.filter((member) => !named.includes(member))).toEqual([]);
  });

  it('the check finds names that do not exist', () => {
    expect(flawOf('HTTPSession', 'detachSocket()')).toBeUndefined();
    expect(flawOf('HTTPSession', 'detachTheSocket()')).toBe('HTTPSession has no detachTheSocket');
    expect(flawOf('HTTPServerRequest', 'secure()')).toBe('HTTPServerRequest.secure is no method');
    expect(flawOf('HTTPServerParams', 'keepAlive')).toBeUndefined();
    expect(flawOf('HTTPServerParams', 'maxThreads')).toBe('HTTPServerParams has no maxThreads');
    expect(flawOf('Streams', 'HTTPBrokenInputStream')).toBe('Streams is not exported');
  });
});
