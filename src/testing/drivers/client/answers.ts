import type { ClientModelEvent } from '../../models/client-model.js';
import type { Payload } from '../../models/model.js';

/** What a server sends. */
export interface Answering {
  /** What goes out now. */
  readonly text: string;
  /** The body of the answer, where it is complete with that. */
  readonly body?: string | undefined;
  /** What would complete the answer, and its body then. */
  readonly left?: { readonly text: string; readonly body: string } | undefined;
  /** Whether the connection is closed behind it. */
  readonly closes?: boolean | undefined;
  /** The status of the answer. @defaultValue 200 */
  readonly status?: number | undefined;
}

/** The body of an answer that was not requested; no other answer has it. */
const SURPLUS = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n*surplus*';

/** What is sent for an event, for those that send something. */
export function answeringOf(event: ClientModelEvent, payload: Payload): Answering | null {
  return ANSWERINGS[event]?.(payload) ?? null;
}

const ANSWERINGS: Readonly<Partial<Record<ClientModelEvent, (payload: Payload) => Answering>>> = {
  'answer.length': (payload) => whole(withLength(bodyOf(payload))),
  'answer.chunked': (payload) => whole(chunked(bodyOf(payload))),
  'answer.empty': () => ({ text: head('204 No Content', []), body: '', status: 204 }),
  'answer.close': (payload) => ({
    ...whole(withLength(bodyOf(payload), ['Connection: close'])),
    closes: true,
  }),
  'answer.untilClose': (payload) => {
    const body = bodyOf(payload);
    return { text: head('200 OK', []) + body, body, closes: true };
  },
  'answer.surplus': (payload) => {
    const answer = whole(withLength(bodyOf(payload)));
    return { ...answer, text: answer.text + SURPLUS };
  },
  interim: ({ status }) => ({ text: head(`${String(status)} Interim`, []) }),
  'begin.length': (payload) => withLength(bodyOf(payload)),
  'begin.chunked': (payload) => chunked(bodyOf(payload)),
  garbage: ({ text }) => ({ text: `${String(text)}\r\n\r\n` }),
};

function whole({ text, left }: Answering): Answering {
  return { text: text + (left?.text ?? ''), body: left?.body };
}

function withLength(body: string, fields: readonly string[] = []): Answering {
  const half = body.length >> 1;
  const text = head('200 OK', [`Content-Length: ${String(body.length)}`, ...fields]) + body.slice(0, half);
  return { text, left: { text: body.slice(half), body } };
}

function chunked(body: string): Answering {
  const half = body.length >> 1;
  const chunk = (part: string): string => `${part.length.toString(16)}\r\n${part}\r\n`;
  const text = head('200 OK', ['Transfer-Encoding: chunked']) + chunk(body.slice(0, half));
  return { text, left: { text: `${chunk(body.slice(half))}0\r\n\r\n`, body } };
}

function bodyOf(payload: Payload): string {
  return String(payload['body'] ?? 'body');
}

function head(status: string, fields: readonly string[]): string {
  return [`HTTP/1.1 ${status}`, ...fields, '', ''].join('\r\n');
}
