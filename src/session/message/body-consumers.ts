import { RemoteProtocolError, type HTTPSessionError } from '../../errors/index.js';
import {
  createBodyReader,
  DEFAULT_BODY_LIMITS,
  type BodyReader,
  type ReceiveBuffer,
} from '../../protocol/index.js';
import { bodyMemory } from './body-memory.js';

/** The reader of every message without a body: it has nothing, and never will. */
export const NO_BODY = createBodyReader(0, DEFAULT_BODY_LIMITS);

/**
 * A way to consume a body. There are three, and each is an object of its own, so that the byte path never asks which
 * one it is in.
 */
export interface BodyConsumer {
  /** Takes what is there; returns whether it wants no more for now. Throws what the body reader throws. */
  takeFrom(reader: BodyReader, buffer: ReceiveBuffer): boolean;
  /** Memory that the next bytes may be read into. */
  roomAhead?(): Buffer | null;
  /** The body is complete. */
  finish(): void;
  fail(error: HTTPSessionError): void;
}

export type Reject = (error: HTTPSessionError) => void;
export type ResolvePiece = (piece: Buffer | null) => void;

/** How many small pieces in a row a body has handed out. */
export interface PieceSizes {
  smallPieces: number;
}

/** A piece of fewer bytes is small: the object that stands for it takes as much memory as its content. */
const SMALL_PIECE = 256;

/** So many small pieces in a row are handed out as they came; those after them are joined as far as they have arrived. */
const FEW = 8;

/** The most bytes that small pieces are joined to. */
const JOINED_BYTES = 4_096;

/** The next piece of what is there; `undefined` for none. */
export function nextPiece(sizes: PieceSizes, reader: BodyReader, buffer: ReceiveBuffer): Buffer | undefined {
  const piece = reader.read(buffer);
  if (piece === undefined) return undefined;
  if (piece.length >= SMALL_PIECE) sizes.smallPieces = 0;
  else sizes.smallPieces++;
  return sizes.smallPieces > FEW ? joined(piece, reader, buffer) : piece;
}

/** Hands out one piece. */
export class PieceConsumer implements BodyConsumer {
  readonly #sizes: PieceSizes;
  readonly #resolve: ResolvePiece;
  readonly fail: Reject;

  constructor(sizes: PieceSizes, resolve: ResolvePiece, reject: Reject) {
    this.#sizes = sizes;
    this.#resolve = resolve;
    this.fail = reject;
  }

  takeFrom(reader: BodyReader, buffer: ReceiveBuffer): boolean {
    const piece = nextPiece(this.#sizes, reader, buffer);
    if (piece === undefined) return false;
    this.#resolve(piece);
    return true;
  }

  finish(): void {
    this.#resolve(null);
  }
}

/** Hands out one piece, and hears of a signal until then. */
export function abortablePiece(
  sizes: PieceSizes,
  signal: AbortSignal,
  abort: () => void,
  resolve: ResolvePiece,
  reject: Reject,
): PieceConsumer {
  const forget = (): void => {
    signal.removeEventListener('abort', abort);
  };
  signal.addEventListener('abort', abort);
  return new PieceConsumer(
    sizes,
    (piece) => {
      forget();
      resolve(piece);
    },
    (error) => {
      forget();
      reject(error);
    },
  );
}

/** A piece with what has arrived behind it. A peer that sends a byte a chunk must not cost a hundred bytes for each. */
function joined(piece: Buffer, reader: BodyReader, buffer: ReceiveBuffer): Buffer {
  const room = Math.min(piece.length + buffer.length, JOINED_BYTES);
  const block = Buffer.allocUnsafe(room);
  block.set(piece);
  return block.subarray(0, piece.length + reader.readInto(buffer, block, piece.length));
}

/** Less room than this is not offered: the socket reads as much in one step without it. */
const LEAST_ROOM = 65_536;

/** Up to this many bytes are allocated because a Content-Length says so; beyond it, memory grows with what arrives. */
const TRUSTED_LENGTH = 1_048_576;

/** Pieces from this size on are kept as they came; smaller ones are copied, as each would keep its object and its chunk. */
const LARGE_PIECE = 16_384;

const LARGEST_BLOCK = 1_048_576;

const NOWHERE = -1;

/** Pieces in the order they came, in memory of a small factor of their content. */
class Collection {
  readonly #pieces: Buffer[] = [];
  #block = Buffer.alloc(0);
  /** Where in the block the bytes begin that are not among the pieces yet, and where they end. */
  #from = 0;
  #to = 0;
  length = 0;

  /** Adds a piece, and copies what has come behind a small one along with it. */
  add(piece: Buffer, reader: BodyReader, buffer: ReceiveBuffer): void {
    this.length += piece.length;
    if (piece.length >= LARGE_PIECE) {
      this.#cut();
      this.#pieces.push(piece);
      return;
    }
    if (piece.length > this.#block.length - this.#to) this.#nextBlock();
    this.#block.set(piece, this.#to);
    this.#to += piece.length;
    const more = reader.readInto(buffer, this.#block, this.#to);
    this.#to += more;
    this.length += more;
  }

  joined(): Buffer {
    this.#cut();
    return Buffer.concat(this.#pieces, this.length);
  }

  #cut(): void {
    if (this.#to > this.#from) this.#pieces.push(this.#block.subarray(this.#from, this.#to));
    this.#from = this.#to;
  }

  #nextBlock(): void {
    this.#cut();
    const size = Math.min(Math.max(this.length, LARGE_PIECE), LARGEST_BLOCK);
    this.#block = Buffer.allocUnsafeSlow(size);
    this.#from = 0;
    this.#to = 0;
  }
}

/** Collects everything, straight into one piece of memory where the length is known. */
export class CollectConsumer implements BodyConsumer {
  readonly #maxBytes: number;
  readonly #resolve: (bytes: Buffer) => void;
  readonly fail: Reject;
  /** The first piece, as long as it is the only one. */
  #first: Buffer | null = null;
  #collection: Collection | null = null;
  #target: Buffer | null = null;
  /** Where in the target the socket may write, until it asks for room again; -1 for nowhere. */
  #roomAt = NOWHERE;
  #length = 0;

  constructor(reader: BodyReader, maxBytes: number, resolve: (bytes: Buffer) => void, reject: Reject) {
    this.#maxBytes = maxBytes;
    this.#resolve = resolve;
    this.fail = reject;
    if (reader.remaining > 0 && reader.remaining <= Math.min(TRUSTED_LENGTH, maxBytes)) {
      this.#target = bodyMemory(reader.remaining);
    }
  }

  takeFrom(reader: BodyReader, buffer: ReceiveBuffer): boolean {
    if (this.#length + Math.max(reader.remaining, 0) > this.#maxBytes) throw this.#tooLarge();
    if (this.#target !== null) {
      if (this.#roomAt !== NOWHERE && !buffer.startsIn(this.#target, this.#roomAt)) this.#leaveRoom();
      this.#length += reader.readInto(buffer, this.#target, this.#length);
      return false;
    }
    for (let piece = reader.read(buffer); piece !== undefined; piece = reader.read(buffer)) {
      this.#add(piece, reader, buffer);
      if (this.#length > this.#maxBytes) throw this.#tooLarge();
    }
    return false;
  }

  roomAhead(): Buffer | null {
    const target = this.#target;
    const isLarge = target !== null && target.length - this.#length >= LEAST_ROOM;
    this.#roomAt = isLarge ? this.#length : NOWHERE;
    return isLarge ? target.subarray(this.#length) : null;
  }

  /** Bytes came by another way, and the socket may still write to the target: what is returned must be other memory. */
  #leaveRoom(): void {
    const target = this.#target as Buffer;
    this.#target = Buffer.allocUnsafe(target.length);
    target.copy(this.#target, 0, 0, this.#length);
    this.#roomAt = NOWHERE;
  }

  #add(piece: Buffer, reader: BodyReader, buffer: ReceiveBuffer): void {
    if (this.#first === null) {
      this.#first = piece;
      this.#length = piece.length;
      return;
    }
    if (this.#collection === null) {
      this.#collection = new Collection();
      this.#collection.add(this.#first, NO_BODY, buffer);
    }
    this.#collection.add(piece, reader, buffer);
    this.#length = this.#collection.length;
  }

  finish(): void {
    this.#resolve(this.#target ?? this.#collection?.joined() ?? this.#first ?? Buffer.alloc(0));
  }

  #tooLarge(): RemoteProtocolError {
    return new RemoteProtocolError(
      `the body is longer than ${String(this.#maxBytes)} bytes`,
      'ERR_HTTP_SESSION_BODY_TOO_LARGE',
      413,
    );
  }
}

/** Throws everything away, up to a bound. */
export class DiscardConsumer implements BodyConsumer {
  #left: number;
  readonly #done: (complete: boolean) => void;

  constructor(maxBytes: number, done: (complete: boolean) => void) {
    this.#left = maxBytes;
    this.#done = done;
  }

  takeFrom(reader: BodyReader, buffer: ReceiveBuffer): boolean {
    for (let piece = reader.read(buffer); piece !== undefined; piece = reader.read(buffer)) {
      this.#left -= piece.length;
      if (this.#left < 0) {
        this.#done(false);
        return true;
      }
    }
    return false;
  }

  finish(): void {
    this.#done(true);
  }

  fail(): void {
    this.#done(false);
  }
}
