import { describe, expect, it } from '@jest/globals';
import { HTTPMessage, HTTPRequest, HTTPResponse } from '../../../src/protocol/message/http-messages.js';

describe('HTTPMessage', () => {
  it('an HTTPMessage has the version HTTP/1.1 by default', () => {
    const message = new HTTPRequest();
    expect(message.getVersion()).toBe(HTTPMessage.HTTP_1_1);
    message.setVersion('HTTP/1.0');
    expect(message.version).toBe(HTTPMessage.HTTP_1_0);
    expect(new HTTPResponse(200, 'OK', { version: 'HTTP/1.0' }).version).toBe('HTTP/1.0');
    expect(() => message.setVersion('HTTP/2' as 'HTTP/1.1')).toThrow(RangeError);
  });

  it('an HTTPMessage declares a content length, or none', () => {
    const message = new HTTPRequest();
    expect([message.hasContentLength(), message.getContentLength()]).toEqual([false, -1]);
    message.setContentLength(5);
    expect([message.hasContentLength(), message.getContentLength()]).toEqual([true, 5]);
    for (const bad of [-2, 1.5, Number.NaN, 2 ** 53]) {
      expect(() => message.setContentLength(bad)).toThrow(RangeError);
    }
    message.setContentLength(HTTPMessage.UNKNOWN_CONTENT_LENGTH);
    expect(message.size).toBe(0);
  });

  it('an HTTPMessage declares a transfer coding, or none', () => {
    const message = new HTTPRequest();
    expect(message.getTransferEncoding()).toBe(HTTPMessage.IDENTITY_TRANSFER_ENCODING);
    expect(message.getChunkedTransferEncoding()).toBe(false);
    message.setChunkedTransferEncoding(true);
    expect(message.get('transfer-encoding')).toBe('chunked');
    expect(message.getChunkedTransferEncoding()).toBe(true);
    message.setTransferEncoding('gzip');
    expect(message.getChunkedTransferEncoding()).toBe(false);
    message.setChunkedTransferEncoding(false);
    expect(message.size).toBe(0);
  });

  it('an HTTPMessage declares a media type, or none', () => {
    const message = new HTTPRequest();
    expect(message.getContentType()).toBe(HTTPMessage.UNKNOWN_CONTENT_TYPE);
    message.setContentType('text/plain');
    expect(message.getContentType()).toBe('text/plain');
    message.setContentType(HTTPMessage.UNKNOWN_CONTENT_TYPE);
    expect(message.size).toBe(0);
  });

  it.each([
    ['HTTP/1.1', [], true],
    ['HTTP/1.1', ['keep-alive'], true],
    ['HTTP/1.1', ['x, Close'], false],
    ['HTTP/1.1', ['x', 'close'], false],
    ['HTTP/1.0', [], false],
    ['HTTP/1.0', ['Keep-Alive'], true],
    ['HTTP/1.0', ['keep-alive, close'], false],
  ] as const)('an HTTPMessage of %s with Connection %j persists: %s', (version, connection, persists) => {
    const message = new HTTPRequest('GET', '/', { version, headers: { Connection: [...connection] } });
    expect(message.getKeepAlive()).toBe(persists);
  });

  it('an HTTPMessage sets Connection by whether it persists', () => {
    const message = new HTTPResponse();
    message.setKeepAlive(true);
    expect(message.get('Connection')).toBe('Keep-Alive');
    message.setKeepAlive(false);
    expect(message.getKeepAlive()).toBe(false);
  });
});

describe('HTTPRequest', () => {
  it('an HTTPRequest is GET / by default', () => {
    const request = new HTTPRequest();
    expect([request.getMethod(), request.getURI()]).toEqual(['GET', '/']);
    request.setMethod('M-SEARCH');
    request.setURI('*');
    expect([request.method, request.uri]).toEqual(['M-SEARCH', '*']);
  });

  it.each(['', 'G T', 'GET\r\n', 'G\xc9T', 'GET\0'])('an HTTPRequest refuses the method %j', (method) => {
    expect(() => new HTTPRequest(method)).toThrow(TypeError);
  });

  it.each(['', '/a b', '/\r\nX: y', '/\0', '/\xe9', '/\u0161', '/#a', 'a/b', '/\x7f', 'http://u@h/'])(
    'an HTTPRequest refuses the URI %j',
    (uri) => {
      const request = new HTTPRequest('GET', '/before');
      expect(() => request.setURI(uri)).toThrow(TypeError);
      expect(request.uri).toBe('/before');
    },
  );

  it.each(['/', '/a?b', 'http://h/', 'https://[::1]:8/x', 'h:443', '[::1]:443', '*'])(
    'an HTTPRequest takes the URI %j',
    (uri) => {
      expect(new HTTPRequest('GET', uri).uri).toBe(uri);
    },
  );

  it('an HTTPRequest builds its Host field', () => {
    const request = new HTTPRequest();
    expect(request.getHost()).toBeUndefined();
    const hosts = [['a:8080'], ['a', 80], ['a', 443], ['a', 8080], ['::1', 8080], ['[::1]', 80]] as const;
    const seen = hosts.map(([host, port]) => {
      request.setHost(host, port);
      return request.getHost();
    });
    expect(seen).toEqual(['a:8080', 'a', 'a', 'a:8080', '[::1]:8080', '[::1]']);
    for (const port of [-1, 65_536, 1.5]) expect(() => request.setHost('a', port)).toThrow(RangeError);
    expect(() => request.setHost('a\r\nb')).toThrow(TypeError);
  });

  it('an HTTPRequest says whether it expects 100 Continue', () => {
    const request = new HTTPRequest();
    expect(request.getExpectContinue()).toBe(false);
    request.setExpectContinue(true);
    expect([request.get('Expect'), request.getExpectContinue()]).toEqual(['100-continue', true]);
    request.setExpectContinue(false);
    expect(request.size).toBe(0);
  });

  it('an HTTPRequest reads and writes cookies', () => {
    const request = new HTTPRequest('GET', '/', {
      headers: { Cookie: ['a=1; b="x=y"', ' c = 3 ;; =x; d; a=2'] },
    });
    expect({ ...request.getCookies() }).toEqual({ a: '1', b: '"x=y"', c: '3' });
    request.setCookies({ e: '5', f: '6' });
    expect(request.getAll('Cookie')).toEqual(['e=5; f=6']);
    for (const bad of [{ 'a b': '1' }, { a: '1; b=2' }, { a: '\r\n' }]) {
      expect(() => request.setCookies(bad)).toThrow(TypeError);
    }
    request.setCookies({});
    expect(request.size).toBe(0);
  });

  it('a logged HTTPRequest shows neither URI nor values', () => {
    const request = new HTTPRequest('GET', '/?token=secret', { headers: { A: 'secret' } });
    expect(JSON.stringify(request)).toBe('{"method":"GET","version":"HTTP/1.1","size":1,"names":["A"]}');
  });
});

describe('HTTPResponse', () => {
  it('an HTTPResponse is 200 OK by default', () => {
    const response = new HTTPResponse();
    expect([response.getStatus(), response.getReason()]).toEqual([200, 'OK']);
  });

  it('an HTTPResponse has the reason of its status until another one is set', () => {
    const response = new HTTPResponse();
    response.setStatus(404);
    expect(response.reason).toBe('Not Found');
    response.setReason('Gone fishing');
    response.status = 410;
    expect(response.reason).toBe('Gone fishing');
    response.setStatusAndReason(500);
    expect(response.reason).toBe('Internal Server Error');
    response.setStatusAndReason(299, 'Fine');
    expect([response.status, response.reason]).toEqual([299, 'Fine']);
    expect(HTTPResponse.getReasonForStatus(299)).toBe('???');
  });

  it.each([99, 1_000, 200.5, Number.NaN])('an HTTPResponse refuses the status %d', (status) => {
    expect(() => new HTTPResponse(status)).toThrow(RangeError);
  });

  it.each(['a\r\nb', '\0', '\u0161'])('an HTTPResponse refuses the reason %j', (reason) => {
    expect(() => new HTTPResponse(200, reason)).toThrow(TypeError);
  });

  it('an HTTPResponse reads and writes its date', () => {
    const response = new HTTPResponse();
    expect(response.getDate()).toBeUndefined();
    const date = new Date(Date.UTC(1994, 10, 6, 8, 49, 37));
    response.setDate(date);
    expect(response.get('Date')).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
    expect(response.getDate()).toEqual(date);
    response.set('Date', 'yesterday');
    expect(response.getDate()).toBeUndefined();
    expect(() => response.setDate(new Date(Number.NaN))).toThrow(RangeError);
  });

  it('an HTTPResponse adds cookies one by one', () => {
    const response = new HTTPResponse();
    response.addCookie('a=1; Path=/');
    response.addCookie('b=2');
    expect(response.getAll('set-cookie')).toEqual(['a=1; Path=/', 'b=2']);
  });

  it('a logged HTTPResponse shows no values', () => {
    const response = new HTTPResponse(204, undefined, { headers: { A: 'secret' } });
    expect(JSON.stringify(response)).toBe('{"status":204,"version":"HTTP/1.1","size":1,"names":["A"]}');
  });
});
