import { IncompleteMessageError, RemoteProtocolError } from '../../../src/errors/index.js';
import { createBodyReader, type BodyReader } from '../../../src/protocol/body/readers.js';
import { CHUNKED, UNTIL_CLOSE } from '../../../src/protocol/head/framing.js';
import type { BodyLimits, HeadLimits } from '../../../src/protocol/limits.js';
import type { MessageHeader } from '../../../src/protocol/message/message-header.js';
import type { ReceiveBuffer } from '../../../src/protocol/receive-buffer.js';
import { readRequestHead } from '../../../src/protocol/head/request-head.js';
import { readResponseHead, type ResponseContext } from '../../../src/protocol/head/response-head.js';

/** What a stream of bytes is read as. */
export interface Reading {
  readonly head: HeadLimits;
  readonly body: BodyLimits;
  /** The request that the bytes answer; `null`: they are requests. */
  readonly answers: ResponseContext | null;
}

type Take = (buffer: ReceiveBuffer, reader: BodyReader) => Buffer | undefined;

/** The ways to take content out of a body reader; all must come to the same. */
export const TAKES: Readonly<Record<string, Take>> = {
  read: (buffer, reader) => reader.read(buffer),
  'read(3)': (buffer, reader) => reader.read(buffer, 3),
  readInto: (buffer, reader) => {
    const target = Buffer.alloc(7);
    const count = reader.readInto(buffer, target, 2);
    return count === 0 ? undefined : target.subarray(2, 2 + count);
  },
};

/**
 * Reads messages as a session would, one after another while the connection persists, and logs what was read as lines
 * of text. Content is logged as a whole, as its pieces depend on how the bytes were split.
 */
export class MessageLog {
  readonly lines: string[] = [];
  private reader: BodyReader | undefined = undefined;
  private persistent = true;
  private pieces: Buffer[] = [];
  private over = false;

  constructor(
    private readonly buffer: ReceiveBuffer,
    private readonly reading: Reading,
    private readonly take: Take,
  ) {}

  /** Reads what the buffer has. */
  advance(): void {
    try {
      while (!this.over && this.step());
    } catch (error) {
      this.fail(error);
    }
  }

  /** The peer has sent everything. */
  end(): string[] {
    this.advance();
    if (!this.over && this.reader !== undefined) this.endBody(this.reader);
    if (!this.over && this.reader === undefined && this.buffer.length > 0) this.lines.push('incomplete');
    if (this.over && this.buffer.length > 0 && !this.lines.at(-1)?.startsWith('error')) {
      this.lines.push(`left ${JSON.stringify(this.buffer.latin1(this.buffer.length))}`);
    }
    return this.lines;
  }

  private endBody(reader: BodyReader): void {
    try {
      reader.ended();
      this.endMessage(reader);
    } catch (error) {
      if (!(error instanceof IncompleteMessageError)) throw error;
      this.logContent();
      this.lines.push('incomplete');
    }
  }

  /** Makes one step; false if more bytes are needed. */
  private step(): boolean {
    if (this.reader === undefined) return this.readHead();
    const piece = this.take(this.buffer, this.reader);
    if (piece !== undefined) {
      if (piece.length === 0) throw new Error('an empty piece of content');
      this.pieces.push(piece);
      return true;
    }
    if (!this.reader.complete) return false;
    this.endMessage(this.reader);
    return true;
  }

  private readHead(): boolean {
    return this.reading.answers === null ? this.readRequest() : this.readResponse(this.reading.answers);
  }

  private readRequest(): boolean {
    const head = readRequestHead(this.buffer, this.reading.head);
    if (head === undefined) return false;
    const { message } = head;
    this.lines.push(`request ${message.method} ${message.uri} ${message.version}`);
    this.logFields('field', message);
    if (head.expectsContinue) this.lines.push('expects continue');
    if (head.offersSwitch) this.lines.push('offers switch');
    this.beginBody(head.bodyLength, head.persistent);
    return true;
  }

  private readResponse(answers: ResponseContext): boolean {
    const head = readResponseHead(this.buffer, answers, this.reading.head);
    if (head === undefined) return false;
    const { message } = head;
    this.lines.push(`response ${message.version} ${String(message.status)} ${message.reason}`.trimEnd());
    this.logFields('field', message);
    if (head.interim) this.lines.push('interim');
    if (head.switched) this.lines.push('switched');
    this.beginBody(head.bodyLength, head.persistent);
    // A second final response is none of this request's business.
    if (!head.interim) this.persistent = false;
    return true;
  }

  private beginBody(bodyLength: number, persistent: boolean): void {
    this.lines.push(`body ${describeLength(bodyLength)}${persistent ? '' : ', then close'}`);
    this.persistent = persistent;
    this.reader = createBodyReader(bodyLength, this.reading.body);
  }

  private endMessage(reader: BodyReader): void {
    this.logContent();
    this.logFields('trailer', reader.trailer ?? []);
    this.lines.push('end');
    this.reader = undefined;
    this.over = !this.persistent;
  }

  private fail(error: unknown): void {
    if (!(error instanceof RemoteProtocolError)) throw error;
    this.logContent();
    this.lines.push(`error ${error.code.replace('ERR_HTTP_SESSION_', '')} ${String(error.status)}`);
    this.over = true;
  }

  private logContent(): void {
    const content = Buffer.concat(this.pieces);
    this.pieces = [];
    if (content.length > 0) this.lines.push(`content ${describeContent(content.toString('latin1'))}`);
  }

  private logFields(what: string, header: MessageHeader | readonly never[]): void {
    for (const [name, value] of header) this.lines.push(`${what} ${name}: ${value}`.trimEnd());
  }
}

function describeLength(length: number): string {
  if (length === CHUNKED) return 'chunked';
  return length === UNTIL_CLOSE ? 'until close' : String(length);
}

function describeContent(text: string): string {
  return text.length > 100 ? `of ${String(text.length)} bytes` : JSON.stringify(text);
}
