/* The streams of POCO. The bridges of ./bridges.js are for this package alone. */

export type { ByteSink, ByteSource } from './byte-io.js';
export {
  HTTPChunkedInputStream,
  HTTPFixedLengthInputStream,
  HTTPHeaderInputStream,
  HTTPInputStream,
} from './input-streams.js';
export {
  HTTPChunkedOutputStream,
  HTTPFixedLengthOutputStream,
  HTTPHeaderOutputStream,
  HTTPOutputStream,
} from './output-streams.js';
