import { MessageHeader } from '../../protocol/index.js';
import type { HTTPClientResponse, RequestInit } from '../../session/index.js';
import { answerChallenge } from '../credentials/answer-challenge.js';
import { ProxyAuthentication, type ChallengeAnswer } from './proxy-authentication.js';
import { isRepeatable } from '../interceptors/repeatable.js';
import type { ProxyRoute } from './proxy-route.js';

/** What can be forwarded: a request of a client. */
export interface ForwardableRequest extends Pick<RequestInit, 'method' | 'headers'> {
  readonly url: URL;
  readonly body?: unknown;
}

/** A request as it goes to a proxy: the target is the whole URL. */
export type ForwardedRequest<TRequest extends ForwardableRequest> = TRequest & {
  readonly path: string;
  readonly headers: MessageHeader;
};

/**
 * Sends a request to a proxy, which forwards it: the target is in absolute form, and `Host` names the target. The credentials
 * of the proxy are sent on this hop alone.
 *
 * A 407 is answered once, with the credentials of the route, provided that the body can be sent again. Otherwise the caller
 * gets the 407.
 *
 * @param route - a route of kind `forward`.
 * @param send - sends a request on a connection to the proxy (`route.url`).
 */
export async function forwardRequest<TRequest extends ForwardableRequest>(
  route: ProxyRoute,
  request: TRequest,
  send: (request: ForwardedRequest<TRequest>) => Promise<HTTPClientResponse>,
  answer: ChallengeAnswer = answerChallenge,
): Promise<HTTPClientResponse> {
  const path = absoluteForm(request.url);
  const authentication = new ProxyAuthentication(
    route.server(),
    { method: request.method ?? 'GET', uri: path },
    answer,
  );
  const forwarded = (): ForwardedRequest<TRequest> => {
    const headers = new MessageHeader(request.headers);
    authentication.addTo(headers);
    return { ...request, path, headers };
  };
  const response = await send(forwarded());
  if (response.status !== 407) {
    authentication.accepted();
    return response;
  }
  if (!isRepeatable(request) || !authentication.answerTo(response.message)) return response;
  response.discard();
  const answered = await send(forwarded());
  if (answered.status !== 407) authentication.accepted();
  return answered;
}

/** A URL as the target of a request to a proxy: without fragment and credentials (RFC 9112 section 3.2.2). */
export function absoluteForm({ protocol, host, pathname, search }: URL): string {
  return `${protocol}//${host}${pathname}${search}`;
}
