import http from 'node:http';

/** More than the kernels of both sides hold. */
export const UPLOAD = Buffer.alloc(16 * 1024 * 1024, 'u');

/** What a client got, and what its library told it besides. */
export interface UploadOutcome {
  readonly status: number;
  readonly bytes: number;
  readonly events: readonly string[];
}

/** An upload by a client of node:http. */
export async function uploadByNode(port: number, path: string): Promise<UploadOutcome> {
  const events: string[] = [];
  const note = (error: NodeJS.ErrnoException): unknown => events.push(error.code ?? error.message);
  const headers = { 'Content-Length': UPLOAD.length };
  const request = http.request({ host: '127.0.0.1', port, path, method: 'POST', agent: false, headers });
  request.on('error', note);
  const closed = new Promise((resolve) => request.on('close', resolve));
  request.end(UPLOAD);
  const response = await new Promise<http.IncomingMessage | null>((resolve) => {
    request.on('response', resolve).on('close', () => {
      resolve(null);
    });
  });
  let bytes = 0;
  if (response !== null) {
    response.on('error', note);
    // What is cut off is an error that was noted.
    for await (const piece of orNothing(response)) bytes += piece.length;
  }
  await closed;
  return { status: response?.statusCode ?? 0, bytes, events };
}

async function* orNothing(response: http.IncomingMessage): AsyncGenerator<Buffer> {
  try {
    for await (const piece of response) yield piece as Buffer;
  } catch {
    // The listener has it.
  }
}

/** How many of some uploads, a few at once, did not get an answer of so many bytes. */
export async function uploadsCutOff(port: number, due: number, times: number): Promise<number> {
  let cutOff = 0;
  for (let at = 0; at < times; at += 4) {
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => uploadByNode(port, '/')));
    cutOff += outcomes.filter(({ bytes }) => bytes !== due).length;
  }
  return cutOff;
}
