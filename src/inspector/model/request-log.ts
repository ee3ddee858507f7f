import { INSPECTION } from './inspection-limits.js';
import { InternedTexts } from './interned-texts.js';
import { CHUNK_ROWS, OUTCOMES, RequestChunk, ROLES } from './request-chunk.js';
import type { RequestEnd, RunningRequest } from './request-reports.js';
import { SessionStems } from './session-stems.js';
import { copied, shortened } from './told-text.js';
import type { RequestOutcome } from './traffic-shapes.js';
import { withoutUser } from './without-queries.js';

/** How much a log of requests remembers; tests lower the caps. */
export interface RequestLogOptions {
  readonly maxRequests?: number | undefined;
  readonly maxPaths?: number | undefined;
}

/**
 * The requests of a source: those that are running as they are, and those that have ended as rows, in the order of their
 * ends. Rows stand in columns of numbers, of which the oldest go together, so that a million of them is neither a million
 * objects nor work for the garbage collector.
 */
export class RequestLog {
  readonly methods = new InternedTexts(INSPECTION.maxRequestTexts.value, '(other)');
  readonly codes = new InternedTexts(INSPECTION.maxRequestTexts.value, '(other)');
  readonly paths: InternedTexts;
  readonly stems = new SessionStems();
  readonly #maxChunks: number;
  readonly #chunkRows: number;
  readonly #chunks: RequestChunk[] = [];
  /** The requests that have not ended, by their handles; a handle is used again. */
  readonly #running: (RunningRequest | null)[] = [];
  readonly #numbers: number[] = [];
  readonly #freeHandles: number[] = [];
  #lastNumber = 0;
  #queriesLength = 0;

  constructor({ maxRequests, maxPaths }: RequestLogOptions = {}) {
    const most = maxRequests ?? INSPECTION.maxRequests.value;
    this.#chunkRows = Math.min(CHUNK_ROWS, most);
    // The oldest chunk goes as a whole, and as many rows as promised are left.
    this.#maxChunks = Math.ceil(most / this.#chunkRows) + 1;
    this.paths = new InternedTexts(maxPaths ?? INSPECTION.maxRequestPaths.value, '(other paths)');
  }

  /** The rows of requests that have ended, oldest first. */
  get chunks(): readonly RequestChunk[] {
    return this.#chunks;
  }

  /** The request with that handle, while it is running. */
  running(handle: number): RunningRequest | null {
    return this.#running[handle] ?? null;
  }

  /** When the oldest remembered request was; `null` without one. */
  get since(): number | null {
    let since = this.#chunks[0]?.at[0] ?? Infinity;
    for (const request of this.#running) since = Math.min(since, request?.at ?? Infinity);
    return since === Infinity ? null : since;
  }

  /** A request has begun. @returns a handle for it until it ends */
  began(request: RunningRequest): number {
    const handle = this.#freeHandles.pop() ?? this.#running.length;
    this.#running[handle] = request;
    this.#numbers[handle] = ++this.#lastNumber;
    return handle;
  }

  /** A request has ended; it is read for the last time. */
  ended(handle: number, end: RequestEnd): void {
    const request = this.running(handle);
    if (request === null) return;
    this.forget(handle);
    this.#write(this.#lastChunk(), this.#numbers[handle] as number, request, end);
    if (this.#queriesLength > INSPECTION.maxRequestQueries.value) this.#limitQueries();
  }

  /** A request is watched no more; it leaves no row. */
  forget(handle: number): void {
    if (this.running(handle) === null) return;
    this.#running[handle] = null;
    this.#freeHandles.push(handle);
  }

  /** Takes rows of a recording over. */
  adopt(chunk: RequestChunk): void {
    this.#chunks.push(chunk);
    this.#queriesLength += chunk.queriesLength;
    for (let row = 0; row < chunk.length; row++) {
      this.#lastNumber = Math.max(this.#lastNumber, chunk.number[row] as number);
    }
  }

  #lastChunk(): RequestChunk {
    const last = this.#chunks.at(-1);
    if (last?.isFull === false) return last;
    if (this.#chunks.length >= this.#maxChunks) {
      const oldest = this.#chunks.shift();
      if (oldest !== undefined) this.release(oldest);
      this.#queriesLength -= oldest?.queriesLength ?? 0;
    }
    const chunk = new RequestChunk(this.#chunkRows);
    this.#chunks.push(chunk);
    return chunk;
  }

  #limitQueries(): void {
    for (const chunk of this.#chunks) {
      if (this.#queriesLength <= INSPECTION.maxRequestQueries.value) break;
      this.#queriesLength -= chunk.queriesLength;
      chunk.queriesLength = 0;
      chunk.queries = null;
    }
  }

  /**
   * The requests that are running, as rows in an unbounded chunk of its own, which is to be released.
   *
   * @param more - how many further rows there must be room for
   */
  runningRows(now: number, more: number): RequestChunk {
    const chunk = new RequestChunk(this.#running.length - this.#freeHandles.length + more);
    for (const handle of this.#running.keys()) this.#writeRunning(chunk, handle, now);
    return chunk;
  }

  /** One request that is running, in the same way; `null` if it is not. */
  runningRow(handle: number, now: number): RequestChunk | null {
    if (this.running(handle) === null) return null;
    const chunk = new RequestChunk(1);
    this.#writeRunning(chunk, handle, now);
    return chunk;
  }

  #writeRunning(chunk: RequestChunk, handle: number, now: number): void {
    const request = this.running(handle);
    if (request === null) return;
    const { queriesLength } = chunk;
    const number = this.#numbers[handle] as number;
    this.#write(chunk, number, request, { after: now - request.at, outcome: 'open', code: null });
    this.#queriesLength -= chunk.queriesLength - queriesLength;
  }

  /** The texts of a chunk are used no more. */
  release({ length, method, path, code, stem }: RequestChunk): void {
    for (let row = 0; row < length; row++) {
      this.methods.release(method[row] as number);
      this.paths.release(path[row] as number);
      this.codes.release(code[row] as number);
      this.stems.texts.release(stem[row] as number);
    }
  }

  #write(
    chunk: RequestChunk,
    number: number,
    request: RunningRequest,
    { after, outcome, code }: { readonly after: number; outcome: RequestOutcome; code: string | null },
  ): void {
    const { target, answeredAfter, bodyAfter, status } = request;
    const isAnswered = answeredAfter !== null && answeredAfter <= after;
    const queryAt = target.indexOf('?');
    const path = withoutUser(queryAt === -1 ? target : target.slice(0, queryAt));
    const query = queryAt === -1 ? '' : copied(shortened(target.slice(queryAt)));
    const { stem, number: session } = this.stems.markOf(request.session, request.sessionName);
    const duration = Math.max(after, 0);
    chunk.push(
      {
        number,
        at: request.at,
        duration,
        head: request.headTook,
        body: Math.min(bodyAfter ?? duration, duration),
        sending: isAnswered ? duration - answeredAfter : 0,
        stem: this.stems.texts.use(stem),
        session,
        role: ROLES.indexOf(request.role),
        turn: request.turn,
        method: this.methods.use(shortened(request.method), copied),
        path: this.paths.use(shortened(path), copied),
        status: isAnswered || outcome !== 'open' ? (status ?? 0) : 0,
        bytesIn: request.bytesIn,
        bytesOut: request.bytesOut,
        outcome: OUTCOMES.indexOf(outcome),
        code: this.codes.use(code === null ? '' : shortened(code), copied),
      },
      query,
    );
    this.#queriesLength += query.length;
  }
}
