/** A channel that is held: it is asked itself, as a look-up of its name may find that of an earlier copy (Node.js 20). */
interface HeldChannel {
  subscribe(listener: (message: unknown) => void): void;
  unsubscribe(listener: (message: unknown) => void): unknown;
}

/** Runs something, and returns what was published meanwhile. */
export async function heardOn<TMessage>(channel: HeldChannel, run: () => Promise<void>): Promise<TMessage[]> {
  const heard: TMessage[] = [];
  const listener = (message: unknown): void => {
    heard.push(message as TMessage);
  };
  channel.subscribe(listener);
  try {
    await run();
  } finally {
    channel.unsubscribe(listener);
  }
  return heard;
}
