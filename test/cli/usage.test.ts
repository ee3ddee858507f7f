import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { run } from '../support/cli/run.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const URL_ARGUMENT = 'http://127.0.0.1:1/';

describe('http-session', () => {
  it.each([['--help'], ['-h']])('%s lists the commands on standard output', async (flag) => {
    const { code, stdout, stderr } = await run([flag]);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    for (const command of ['serve', 'get', 'start', 'inspect', 'show', 'diagram', 'completion'])
      expect(stdout).toContain(`http-session ${command}`);
  });

  it.each(['--version', '-V'])('%s prints the version of the package', async (flag) => {
    expect(await run([flag])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    ['serve', ['serve', '--help']],
    ['get', ['get', '-h']],
    ['diagram', ['diagram', 'session', '--help']],
  ])('%s --help prints the usage of that command alone', async (name, args) => {
    const { code, stdout } = await run(args);
    expect(code).toBe(0);
    expect(stdout.match(/http-session \w+/g)).toEqual([`http-session ${name}`]);
  });

  it('help explains a command as its --help does, or lists all', async () => {
    expect(await run(['help', 'get'])).toEqual(await run(['get', '--help']));
    expect(await run(['help'])).toEqual(await run(['--help']));
    expect((await run(['help', '--help'])).stdout).toMatch(/^Usage:\n {2}http-session help \[COMMAND\]\n/);
  });

  it.each(['serve', 'get', 'start', 'inspect', 'show', 'diagram', 'completion', 'help'])(
    'the usage of %s has no line that a terminal would break',
    async (command) => {
      const { stdout } = await run(['help', command]);
      expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([]);
      expect(stdout).toMatch(/^ {6}-h, --help +prints this$/m);
    },
  );

  it.each<[string, RegExp, string[]]>([
    ['no command', /the command is missing/, []],
    ['an unknown command', /unknown command "frob"/, ['frob']],
    ['a name of Object.prototype', /unknown command "constructor"/, ['constructor']],
    ['a URL for a command', /for a URL it is http-session get https:\/\/a\.b\//, ['https://a.b/']],
    ['help with an unknown command', /unknown command "gat" \(did you mean "get"\?\)/, ['help', 'gat']],
    ['completion without a shell', /the shell is missing; it is one of bash, zsh, fish/, ['completion']],
    ['completion for an unknown shell', /the shell must be one of bash, zsh, fish/, ['completion', 'ksh']],
    ['start without workers', /--workers must be .* from 1 to 1024/, ['start', '--workers', '0']],
    ['inspect at no port', /--port must be a whole number/, ['inspect', '--port', 'http']],
    ['inspect with arguments', /unexpected argument "session"/, ['inspect', 'session']],
    ['serve --inspect at no port', /--inspect must be .* \(got "99999"\)/, ['serve', '--inspect', '99999']],
    ['serve --inspect at nothing', /--inspect: must be PORT, HOST or HOST:PORT/, ['serve', '--inspect=']],
    [
      'serve --inspect at a URL',
      /the port of --inspect must be a whole number .* \(got "http:\/\/a"\)/,
      ['serve', '--inspect', 'http://a'],
    ],
    ['serve --inspect at [', /--inspect: must be PORT, HOST or HOST:PORT/, ['serve', '--inspect', '[::1']],
    ['serve --allow-host alone', /--allow-host is for the page of --inspect/, ['serve', '--allow-host', 'a']],
    [
      'serve --allow-host with a port',
      /--allow-host must be host names without scheme and port \(got "a:1"\)/,
      ['serve', '--port', '0', '--inspect', '0', '--allow-host', 'a:1'],
    ],
    [
      'inspect --allow-host with a URL',
      /--allow-host must be host names without scheme and port/,
      ['inspect', '--port', '0', '--allow-host', 'http://a'],
    ],
    ['serve without a number of workers', /--workers needs a value\n/, ['serve', '--workers']],
    ['serve without workers', /--workers must be .* from 1 to 1024 \(got "0"\)/, ['serve', '--workers', '0']],
    ['serve with a word for workers', /--workers must be .* \(got "all"\)/, ['serve', '--workers', 'all']],
    ['serve with an unknown option', /unknown option "--bogus"\n/, ['serve', '--bogus']],
    ['a misspelt command', /unknown command "serv" \(did you mean "serve"\?\); .*diagram, /, ['serv']],
    ['a misspelt option', /"--prot" \(did you mean "--port"\?\)/, ['serve', '--prot', '80']],
    [
      'a misspelt option with its value',
      /"--wokers" \(did you mean "--workers"\?\)/,
      ['serve', '--wokers=2'],
    ],
    [
      'a misspelt option of get',
      /"--metod" \(did you mean "--method"\?\)/,
      ['get', URL_ARGUMENT, '--metod', 'PUT'],
    ],
    ['serve with fewer workers than none', /--workers must be .* \(got "-1"\)/, ['serve', '--workers', '-1']],
    ['serve --inspect at a host without port', /the port of --inspect must be/, ['serve', '--inspect', 'a:']],
    [
      'serve --inspect at no host',
      /--inspect: must be PORT, HOST or HOST:PORT/,
      ['serve', '--inspect', ':1'],
    ],
    ['serve with an odd log', /--log must be one of text, json/, ['serve', '--log=xml']],
    ['serve with an argument', /unexpected argument "8080"/, ['serve', '8080']],
    ['serve without the port', /--port needs a value\n/, ['serve', '--port']],
    ['serve with a port too high', /--port must be .* \(got "65536"\)/, ['serve', '--port', '65536']],
    ['serve with a port below zero', /--port must be .* \(got "-1"\)/, ['serve', '--port', '-1']],
    ['serve with a word for a port', /--port must be .* \(got "http"\)/, ['serve', '--port', 'http']],
    ['serve with an empty host', /--host must not be empty/, ['serve', '--host', '']],
    ['get without a URL', /the URL is missing/, ['get']],
    ['get with two URLs', /unexpected argument/, ['get', URL_ARGUMENT, URL_ARGUMENT]],
    ['get with another scheme', /must start with http/, ['get', 'ftp://127.0.0.1/']],
    ['get with a path alone', /is not a valid URL/, ['get', '/index.html']],
    ['get with an unknown letter', /unknown option "-Q"\n/, ['get', '-iQ', URL_ARGUMENT]],
    ['get with a letter without its value', /-X needs a value\n/, ['get', URL_ARGUMENT, '-iX']],
    ['get with no time', /--max-time must be .* \(got "0"\)/, ['get', URL_ARGUMENT, '--max-time', '0']],
    ['get with an odd body', /--body must be one of auto, none/, ['get', URL_ARGUMENT, '--body', 'all']],
    ['get to two files', /exclude each other/, ['get', `${URL_ARGUMENT}a`, '-O', '-o', 'b']],
    ['get to a file without a name', /ends without a name; use --output/, ['get', URL_ARGUMENT, '-O']],
    ['get with and without trust', /exclude each other/, ['get', URL_ARGUMENT, '-k', '--cacert', 'a']],
    ['get with a port too high', /is not a valid URL/, ['get', 'http://127.0.0.1:99999/']],
    ['get with port 0', /port 0/, ['get', 'http://127.0.0.1:0/']],
    ['get with a malformed password', /percent-encoded/, ['get', 'http://u:%ff@127.0.0.1:1/']],
    [
      'get with a negative timeout',
      /--timeout must be .* \(got "-1"\)/,
      ['get', URL_ARGUMENT, '--timeout', '-1'],
    ],
    [
      'get with half a timeout',
      /--timeout must be .* \(got "0\.5"\)/,
      ['get', URL_ARGUMENT, '--timeout', '0.5'],
    ],
    ['get with no repetition', /--repeat must be .* \(got "0"\)/, ['get', URL_ARGUMENT, '--repeat', '0']],
    ['get with a word to repeat', /--repeat must be .* \(got "x"\)/, ['get', URL_ARGUMENT, '--repeat', 'x']],
    [
      'get with nothing in parallel',
      /--parallel must be .* \(got "0"\)/,
      ['get', URL_ARGUMENT, '--parallel', '0'],
    ],
    [
      'get with more in parallel than a client connects',
      /--parallel must be .* from 1 to 1024 \(got "1025"\)/,
      ['get', URL_ARGUMENT, '--parallel', '1025'],
    ],
    ['get with a word to retry', /--retry must be .* \(got "x"\)/, ['get', URL_ARGUMENT, '--retry', 'x']],
    [
      'get with a proxy of another scheme',
      /the scheme must be http: or https: \(got socks5:\)/,
      ['get', URL_ARGUMENT, '--proxy', 'socks5://127.0.0.1:1'],
    ],
    [
      'get with a proxy and a Unix socket',
      /--unix-socket and --proxy exclude each other/,
      ['get', URL_ARGUMENT, '--proxy', 'http://127.0.0.1:1', '--unix-socket', '/tmp/x'],
    ],
    ['get with an empty socket path', /--unix-socket must not be/, ['get', URL_ARGUMENT, '--unix-socket=']],
    ['get with no method', /--method needs a value; /, ['get', URL_ARGUMENT, '--method', '--json']],
    ['get with a value where none belongs', /'--json' does not take/, ['get', URL_ARGUMENT, '--json=1']],
    [
      'get with a space in the method',
      /method: not a token \(got "G T"\)/,
      ['get', URL_ARGUMENT, '--method', 'G T'],
    ],
    ['get CONNECT', /CONNECT is not supported/, ['get', URL_ARGUMENT, '--method', 'CONNECT']],
    ['get with a field without colon', /--header "a" is not/, ['get', URL_ARGUMENT, '--header', 'a']],
    [
      'get with a space in a name',
      /field name: not a token \(got "a b"\)/,
      ['get', URL_ARGUMENT, '--header', 'a b: c'],
    ],
    [
      'get with a line end',
      /field "a": invalid character in its value/,
      ['get', URL_ARGUMENT, '--header', 'a: b\r\nc: d'],
    ],
    [
      'get with a bare LF',
      /field "a": invalid character in its value/,
      ['get', URL_ARGUMENT, '--header', 'a: b\nc: d'],
    ],
    ['get with --head and data', /exclude each other/, ['get', URL_ARGUMENT, '--head', '--data', 'x']],
    ['get with --head and a method', /--head is/, ['get', URL_ARGUMENT, '--head', '--method', 'PUT']],
    ['diagram of nothing known', /the chart must be one of/, ['diagram', 'life']],
    ['diagram in no known format', /--format must be one of/, ['diagram', '--format', 'png']],
    ['diagram of two charts', /unexpected argument "server"/, ['diagram', 'session', 'server']],
  ])(
    'the command refuses %s with one line, where to read the usage, and exit code 2',
    async (_what, line, args) => {
      const { code, stdout, stderr } = await run(args);
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(line);
      expect(stderr).toMatch(/^http-session: [^\n]*\ntry http-session (?:\w+ )?--help\n$/);
    },
  );
});

describe('http-session diagram', () => {
  it.each<[string[], RegExp]>([
    [[], /^stateDiagram-v2\n[^]* connected_open /],
    [['exchange'], /^stateDiagram-v2\n[^]*mustClose : mustClose/],
    [['server', '--format', 'json'], /^\{\n {2}"id": "server"/],
    [['pool'], /^stateDiagram-v2\n[^]*restarting : /],
    [['worker', '--format', 'json'], /^\{\n {2}"id": "worker"/],
    [['origin'], /^stateDiagram-v2\n[^]*hasRoom : /],
    [['place'], /^stateDiagram-v2\n[^]*reserved --> busy : request\.begin/],
    [['call', '--format', 'json'], /^\{\n {2}"id": "call"/],
    [['--format=svg', 'session'], /^<svg [^]*<\/svg>\n$/],
  ])('%j prints the chart', async (args, text) => {
    const { code, stdout, stderr } = await run(['diagram', ...args]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(text);
  });
});
