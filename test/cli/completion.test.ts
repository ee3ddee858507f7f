import { execFileSync } from 'node:child_process';

import { describe, expect, it } from '@jest/globals';

import { COMMAND_ROWS } from '../../src/cli/command-tables.js';
import { run } from '../support/cli/run.js';

/** What bash offers for the last of the words. */
async function offered(...words: string[]): Promise<string[]> {
  const { stdout } = await run(['completion', 'bash']);
  const typed = words.map((word) => `'${word}'`).join(' ');
  const program = `${stdout}\nCOMP_WORDS=(http-session ${typed}); COMP_CWORD=${String(words.length)}; _http_session; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync('bash', ['--norc', '-c', program], { encoding: 'utf8' });
  return output.split('\n').filter((word) => word !== '');
}

describe('http-session completion', () => {
  it('bash completes commands', async () => {
    expect(await offered('')).toEqual(expect.arrayContaining(['serve', 'get', 'help', '--version']));
    expect(await offered('s')).toEqual(['serve', 'start', 'show']);
  });

  it('bash completes the options of the command, and the words that they take', async () => {
    expect(await offered('get', '--in')).toEqual(['--include', '--insecure']);
    expect(await offered('get', 'http://a/', '--body', '')).toEqual(['auto', 'none']);
    expect(await offered('serve', '--log', 'j')).toEqual(['json']);
    expect(await offered('diagram', 'p')).toEqual(['pool', 'place']);
    expect(await offered('help', 'ins')).toEqual(['inspect']);
  });

  it('bash completes files where an option takes one, and nothing where only you know the value', async () => {
    expect(await offered('get', '-o', 'package.j')).toEqual(['package.json']);
    expect(await offered('get', '--method', '')).toEqual([]);
  });

  it.each(['bash', 'zsh', 'fish'])('the script of %s knows every command and every option', async (shell) => {
    const { code, stdout } = await run(['completion', shell]);
    expect(code).toBe(0);
    for (const [name, { options }] of Object.entries(COMMAND_ROWS)) {
      expect(stdout).toContain(name);
      for (const option of Object.keys(options)) {
        expect(stdout).toMatch(new RegExp(`(?:--|-l )${option}\\b`));
      }
    }
  });

  it('the script of zsh explains options, with their short names', async () => {
    const { stdout } = await run(['completion', 'zsh']);
    expect(stdout).toMatch(/^#compdef http-session\n/);
    expect(stdout).toContain(
      "'(-X --method)'{-X,--method}'[request method (GET, or POST with --data)]:method:'",
    );
    expect(stdout).toContain(
      "'(-o --output)'{-o,--output}'[writes to a file instead of standard output; - is standard output]:output:_files'",
    );
    expect(stdout).toContain("'*'{-H,--header}'[adds a header field; repeatable]:header:'");
    expect(stdout).toContain(
      "'(--body)'--body'[none leaves the body out of what is printed]:body:(auto none)'",
    );
  });

  it('the script of fish explains options, with their short names', async () => {
    const { stdout } = await run(['completion', 'fish']);
    const within = "complete -c http-session -n '__fish_seen_subcommand_from get'";
    expect(stdout).toContain(`${within} -s X -l method -x -d 'request method (GET, or POST with --data)'\n`);
    expect(stdout).toContain(`${within} -l cacert -r -F -d `);
    expect(stdout).toContain(`${within} -l body -x -a 'auto none' -d `);
  });
});
