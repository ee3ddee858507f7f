import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from '@jest/globals';

import { inheritanceDepths } from '../support/architecture/inheritance.js';
import { invent, readSources } from '../support/architecture/source.js';

const SCRIPT = fileURLToPath(new URL('../support/architecture/crossed-files.mjs', import.meta.url));

/** The files of ours that one warm hello crosses, found in a process of its own: coverage is a matter of the process. */
function crossedFiles(role: 'server' | 'client'): string[] {
  const printed = execFileSync(process.execPath, ['--no-warnings', SCRIPT, role], { encoding: 'utf8' });
  return JSON.parse(printed) as string[];
}

describe('the size of the house', () => {
  // One of them is output.ts: what leaves together is an idea of its own, and the session core was at its cap.
  it('a warm hello of a server crosses at most 16 files', () => {
    const files = crossedFiles('server');
    expect(files).toContain('src/session/server/server-loop.ts');
    expect(files.slice(16)).toEqual([]);
  });

  // What a request is checked for once, and what it wants to be different, are ideas that its pool shares. The turn of
  // listening, what a session connects to, its connection and its response are ideas of their own as well.
  it('a warm hello of a client crosses at most 25 files', () => {
    const files = crossedFiles('client');
    expect(files).toContain('src/session/client/http-client-session.ts');
    expect(files.slice(25)).toEqual([]);
  });

  it('a class of the session has at most two classes of ours above it', () => {
    const depths = inheritanceDepths(readSources('src'));
    const deep = [...depths].filter(([, depth]) => depth > 3).map(([name]) => name);
    expect(depths.get('HTTPSClientSession')).toBe(3);
    expect(deep).toEqual([]);
  });

  it('inheritance is counted over files, and bases of others do not count', () => {
    const depths = inheritanceDepths([
      invent('src/session/a.ts', 'class A extends EventEmitter {}'),
      invent('src/session/b.ts', 'class B extends A {} class C extends B<string> {}'),
    ]);
    expect(Object.fromEntries(depths)).toEqual({ A: 1, B: 2, C: 3 });
  });
});
