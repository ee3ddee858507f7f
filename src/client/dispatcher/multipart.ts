import { randomBytes } from 'node:crypto';

/** What is read of a `FormData`, whatever package it is of. */
export interface FormLike {
  entries(): Iterable<readonly [string, string | FileLike]>;
}

/** What is read of a `Blob` or a `File`. */
export interface FileLike {
  readonly size: number;
  readonly type: string;
  readonly name?: string;
  stream(): AsyncIterable<Uint8Array>;
}

/** A body that is made for each attempt, of a length that is known. */
export interface MadeBody {
  readonly type: string;
  readonly length: number;
  readonly pieces: () => AsyncIterable<Uint8Array | string>;
}

/** Whether a value is a form, of Node.js or of a package: each has a class of its own. */
export function isForm(value: object): value is FormLike {
  return tagOf(value) === 'FormData' && typeof (value as Partial<FormLike>).entries === 'function';
}

/** Whether a value is a `Blob` or a `File`. */
export function isFile(value: object): value is FileLike {
  const tag = tagOf(value);
  return (tag === 'Blob' || tag === 'File') && typeof (value as Partial<FileLike>).stream === 'function';
}

function tagOf(value: object): unknown {
  return (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
}

/** A form as the Fetch standard sends it: `multipart/form-data` (RFC 7578). */
export function multipart(form: FormLike): MadeBody {
  const boundary = `----formdata-${randomBytes(12).toString('hex')}`;
  const parts: (string | FileLike)[] = [];
  for (const [name, value] of form.entries()) {
    const start = `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(lines(name))}"`;
    if (typeof value === 'string') parts.push(`${start}\r\n\r\n${lines(value)}\r\n`);
    else {
      const type = value.type === '' ? 'application/octet-stream' : value.type;
      const file = `filename="${escaped(value.name ?? 'blob')}"`;
      parts.push(`${start}; ${file}\r\nContent-Type: ${type}\r\n\r\n`, value, '\r\n');
    }
  }
  parts.push(`--${boundary}--\r\n`);
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    length: parts.reduce(
      (sum, part) => sum + (typeof part === 'string' ? Buffer.byteLength(part) : part.size),
      0,
    ),
    pieces: () => piecesOf(parts),
  };
}

async function* piecesOf(parts: readonly (string | FileLike)[]): AsyncGenerator<Uint8Array | string> {
  for (const part of parts) {
    if (typeof part === 'string') yield part;
    else yield* part.stream();
  }
}

function lines(text: string): string {
  return text.replace(/\r?\n|\r/g, '\r\n');
}

function escaped(name: string): string {
  return name.replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22');
}
