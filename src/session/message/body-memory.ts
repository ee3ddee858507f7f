/*
 * THEORY OF OPERATION
 *
 * A body that is collected needs memory that its reader keeps, and the garbage collector frees many such pieces at once.
 * Where nothing lies behind them in the heap, the allocator returns them to the system (glibc does), and the next bodies
 * fault them in again page by page. For a client that reads one body of 1 MiB after another that was most of the time.
 *
 * So where bodies have the same length, the memory of the next one is made together with that of this one. It lies behind it, is alive when the collector
 * comes, and what is freed in front of it stays with the process. It has not been written to, so that it mostly takes
 * addresses and no pages.
 */

/** Smaller pieces come from parts of the heap that are full of other things, and return nothing to the system. */
const LEAST_BYTES = 65_536;

/** Memory that has no owner yet; one piece for the whole process, once two bodies in a row had the same length. */
let ahead: Buffer | null = null;
let lastLength = 0;

/** Memory for a body of `length` bytes that is collected; its content is undefined. May keep as much for the next one. */
export function bodyMemory(length: number): Buffer {
  if (length < LEAST_BYTES) return Buffer.allocUnsafe(length);
  const memory = ahead?.length === length ? ahead : Buffer.allocUnsafe(length);
  ahead = length === lastLength ? Buffer.allocUnsafe(length) : null;
  lastLength = length;
  return memory;
}
