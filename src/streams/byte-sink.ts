/** Where the output streams of this folder write to; every `HTTPSession` is one. */
export interface ByteSink {
  /**
   * Accepts bytes, or a string that stands for them, in the order of the calls; resolves once it is ready for more.
   * POCO: `HTTPSession::write`.
   */
  write(data: string | Uint8Array, encoding?: 'latin1' | 'utf8'): Promise<number>;
}
