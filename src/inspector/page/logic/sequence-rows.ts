import type { Sequence, SequenceFrame, SequenceMessage } from '../../model/sequence.js';

/** A row of a drawn sequence: a message, or the title of the frame in front of its messages. */
export type SequenceRow =
  | { readonly type: 'title'; readonly key: string; readonly frame: SequenceFrame }
  | {
      readonly type: 'message';
      readonly key: number;
      readonly message: SequenceMessage;
      /** Its place among the messages. */
      readonly place: number;
    };

/** A sequence in rows: where each message is, and which rows a frame or a bar spans. */
export interface SequenceRows {
  readonly rows: readonly SequenceRow[];
  /** The row of a message, by its place. */
  readonly rowOf: readonly number[];
}

/** Lays the messages and the titles of frames out in rows of one height. */
export function rowsOf({ messages, frames }: Sequence): SequenceRows {
  const rows: SequenceRow[] = [];
  const rowOf: number[] = [];
  let frameAt = 0;
  for (const [place, message] of messages.entries()) {
    const frame = frames[frameAt];
    if (frame?.first === place) {
      rows.push({ type: 'title', key: `request ${frame.group.number}`, frame });
      frameAt++;
    }
    rowOf.push(rows.length);
    rows.push({ type: 'message', key: message.number, message, place });
  }
  return { rows, rowOf };
}

/** The row of the last message up to a change in the log; -1 where there is none. */
export function rowUntil({ rows }: SequenceRows, isUntil: (message: SequenceMessage) => boolean): number {
  for (let at = rows.length - 1; at >= 0; at--) {
    const row = rows[at];
    if (row?.type === 'message' && isUntil(row.message)) return at;
  }
  return -1;
}
