import { execFileSync } from 'node:child_process';

import { describe, expect, it } from '@jest/globals';

import { curlOf } from '../../../src/inspector/model/curl.js';

const end = (address: string, port: number): { address: string; port: number } => ({ address, port });
const server = {
  role: 'server',
  local: end('127.0.0.1', 8080),
  remote: end('127.0.0.1', 50_000),
  socket: 'tcp',
} as const;
const get = (target: string): { method: string; target: string } => ({ method: 'GET', target });

describe('a request as curl', () => {
  it('a request to a server goes to its own end', () => {
    expect(curlOf(get('/json'), server)).toBe('curl http://127.0.0.1:8080/json');
  });

  it('a request of a client goes to its remote end, over TLS where it did', () => {
    const client = { ...server, role: 'client', remote: end('::1', 8443), socket: 'tls' } as const;
    expect(curlOf(get('/'), client)).toBe(`curl --globoff 'https://[::1]:8443/'`);
  });

  it.each([
    ['POST', 'curl -X POST http://127.0.0.1:8080/'],
    ['HEAD', 'curl --head http://127.0.0.1:8080/'],
    [`X'Y`, String.raw`curl -X 'X'\''Y' http://127.0.0.1:8080/`],
  ])('the method %s is an option', (method, command) => {
    expect(curlOf({ method, target: '/' }, server)).toBe(command);
  });

  it.each([
    ['/a/../b', 'curl --path-as-is http://127.0.0.1:8080/a/../b'],
    ['/{a,b}[1-3]', `curl --globoff 'http://127.0.0.1:8080/{a,b}[1-3]'`],
    ['*', `curl --request-target '*' http://127.0.0.1:8080/`],
    ['http://other/', 'curl --request-target http://other/ http://127.0.0.1:8080/'],
  ])('the target %s arrives as it was', (target, command) => {
    expect(curlOf(get(target), server)).toBe(command);
  });

  it.each(["/it's", '/a b', '/$(touch x)', '/`id`', '/"$HOME"', '/a\\b', "/';echo 1;'", '/?a=1&b=2'])(
    'a shell takes %s for one word',
    (target) => {
      const command = curlOf(get(target), server) ?? '';
      const told = execFileSync('sh', ['-c', command.replace(/^curl/, 'printf "%s\\n"')], {
        encoding: 'utf8',
      });
      expect(told).toBe(`http://127.0.0.1:8080${target}\n`);
    },
  );

  it('an IPv4 address is written as one, also where the socket takes both', () => {
    expect(curlOf(get('/'), { ...server, local: end('::ffff:127.0.0.1', 80) })).toBe(
      'curl http://127.0.0.1:80/',
    );
  });

  it('there is no command for an unknown address, or for a tunnel', () => {
    expect(curlOf(get('/'), { ...server, local: null })).toBeNull();
    expect(curlOf({ method: 'CONNECT', target: 'a:1' }, server)).toBeNull();
  });
});
