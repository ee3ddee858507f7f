import { setImmediate } from 'node:timers/promises';

import type { HTTPServerRequest, HTTPServerResponse, RequestHandler } from '../../session/index.js';
import type { InspectionModel } from '../model/inspection-model.js';
import type { Access } from './access.js';
import type { Asset } from './assets.js';
import type { PageFeeds } from './page-feeds.js';
import { recordingPieces, type GradualRecording } from '../model/recording-pieces.js';
import { actorQuery, historyQuery, minuteQuery, QueryError, requestQuery, timeQuery } from './queries.js';
import type { ActorFeeds } from './actor-feeds.js';

/** The parts of the page that answer requests. */
export interface PageParts {
  readonly model: InspectionModel;
  readonly access: Access;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly feeds: PageFeeds;
  readonly actorFeeds: ActorFeeds;
}

/**
 * The page loads nothing from elsewhere, runs only its own files, and may only be framed by pages of this machine and of
 * hosts that are allowed: Stately's relay shows it in a frame.
 */
function policyFor({ allowedHosts }: Access): string {
  const framing = [...allowedHosts].flatMap((name) => {
    const host = name.includes(':') ? `[${name}]` : name;
    return [`http://${host}:*`, `https://${host}:*`];
  });
  return [
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    ["frame-ancestors 'self' http://localhost:* http://127.0.0.1:*", ...framing].join(' '),
  ].join('; ');
}

/** The page and the data that it requests. All of it is read-only. */
export function pageRoutes(parts: PageParts): RequestHandler {
  const policy = policyFor(parts.access);
  return (request, response) => {
    response
      .set('Content-Security-Policy', policy)
      .set('X-Content-Type-Options', 'nosniff')
      .set('Referrer-Policy', 'no-referrer')
      .set('Cross-Origin-Resource-Policy', 'same-origin');
    const { access, actorFeeds } = parts;
    if (!access.isOwnHost(request)) refuse(response, 403, access.refusalOfHost(request));
    else if (request.get('Upgrade')?.toLowerCase() === 'websocket') {
      if (access.mayReport(request)) actorFeeds.accept(request, response);
      else refuse(response, 403, access.refusalOfOrigin(request.get('Origin') ?? ''));
    } else if (!access.isOwnOrigin(request))
      refuse(response, 403, 'Pages of other origins may not read this page.');
    else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.set('Allow', 'GET, HEAD');
      refuse(response, 405, 'This page is read-only.');
    } else return answer(parts, request, response);
    return undefined;
  };
}

function answer(
  parts: PageParts,
  request: HTTPServerRequest,
  response: HTTPServerResponse,
): Promise<void> | undefined {
  const asset = parts.assets.get(request.path);
  if (asset !== undefined) sendAsset(parts.access, request, response, asset);
  else if (request.path.startsWith('/api/')) {
    try {
      return answerQuery(parts, request, response);
    } catch (error) {
      if (!(error instanceof QueryError || error instanceof URIError)) throw error;
      refuse(response, 400, `${error.message}.`);
    }
  } else refuse(response, 404, 'Not found.');
  return undefined;
}

function answerQuery(
  { model, feeds }: PageParts,
  request: HTTPServerRequest,
  response: HTTPServerResponse,
): Promise<void> | undefined {
  const { pathname, searchParams } = new URL(request.path + queryOf(request.uri), 'http://page');
  const [, , what, id, more] = pathname.split('/').map(decodeURIComponent);
  if (what === 'feed' && id === undefined) {
    return watch(feeds, request, response, () => feeds.watchFleet(request, response));
  }
  if (what === 'actors' && id !== undefined && more === 'feed') {
    return watch(feeds, request, response, () => feeds.watchActor(id, request, response));
  }
  if (what === 'recording' && id === undefined)
    return sendRecording(request, response, model.gradualRecording());
  if (more !== undefined) refuse(response, 404, 'Not found.');
  else if (what === 'actors' && id !== undefined)
    sendJson(response, model.actor(id, 0, timeQuery(searchParams)) ?? undefined);
  else if (what === 'definitions' && id !== undefined) sendJson(response, model.definition(id));
  else {
    const table = id === undefined && what !== undefined ? TABLES.get(what) : undefined;
    if (table === undefined) refuse(response, 404, 'Not found.');
    else sendJson(response, table(model, searchParams));
  }
  return undefined;
}

/** What is asked for with a query. */
const TABLES: ReadonlyMap<string, (model: InspectionModel, params: URLSearchParams) => unknown> = new Map<
  string,
  (model: InspectionModel, params: URLSearchParams) => unknown
>([
  ['fleet', (model, params) => model.fleet(timeQuery(params))],
  ['actors', (model, params) => model.list(actorQuery(params))],
  ['requests', (model, params) => model.requests(requestQuery(params))],
  ['paths', (model, params) => model.paths(requestQuery(params))],
  ['minute', (model, params) => model.minute(minuteQuery(params))],
  ['history', (model, params) => model.history(historyQuery(params))],
]);

function watch(
  feeds: PageFeeds,
  request: HTTPServerRequest,
  response: HTTPServerResponse,
  start: () => Promise<void>,
): Promise<void> | undefined {
  if (request.method === 'GET' && !feeds.isFull) return start();
  refuse(
    response,
    request.method === 'GET' ? 503 : 405,
    'Too many pages watch already, or the method is not GET.',
  );
  return undefined;
}

function queryOf(uri: string): string {
  const begin = uri.indexOf('?');
  return begin === -1 ? '' : uri.slice(begin);
}

/**
 * A window that opens the page is cut off from it (`Cross-Origin-Opener-Policy`), unless the address names it:
 * `/?opener=http://localhost:3000`. Otherwise any web page could open this one and report to it.
 */
function sendAsset(
  access: Access,
  request: HTTPServerRequest,
  response: HTTPServerResponse,
  { body, mediaType, isLasting }: Asset,
): void {
  const opener = new URLSearchParams(queryOf(request.uri)).get('opener');
  if (opener !== null && !access.isTrustedOrigin(opener)) {
    refuse(response, 403, access.refusalOfOrigin(opener));
    return;
  }
  response.set('Cross-Origin-Opener-Policy', opener === null ? 'same-origin' : 'unsafe-none');
  response.setContentType(mediaType);
  response.set('Cache-Control', isLasting ? 'max-age=31536000, immutable' : 'no-cache');
  response.end(body);
}

/** Answers 404 for `undefined`. */
function sendJson(response: HTTPServerResponse, value: unknown): void {
  if (value === undefined) {
    refuse(response, 404, 'Not found: it is unknown, or no longer recorded.');
    return;
  }
  response.setContentType('application/json').set('Cache-Control', 'no-store');
  response.end(JSON.stringify(value));
}

/** In pieces, as the page takes them: together they may be longer than a string can be. */
async function sendRecording(
  { signal }: HTTPServerRequest,
  response: HTTPServerResponse,
  recording: GradualRecording,
): Promise<void> {
  response.setContentType('application/json').set('Cache-Control', 'no-store');
  try {
    for (const piece of recordingPieces(recording)) {
      await response.write(piece);
      // Others have their turn, however fast the page reads.
      await setImmediate();
    }
    response.end();
  } catch (error) {
    // The page has gone.
    if (!signal.aborted) throw error;
  }
}

function refuse(response: HTTPServerResponse, status: number, why: string): void {
  response.status = status;
  response.setContentType('text/plain; charset=utf-8');
  response.end(`${why}\n`);
}
