import type { HTTPServerRequest, HTTPServerResponse, RequestHandler } from '../../session/index.js';
import type { InspectionModel } from '../model/inspection-model.js';
import type { Access } from './access.js';
import type { Asset } from './assets.js';
import type { PageFeeds } from './page-feeds.js';
import { actorQuery, QueryError, timeQuery } from './queries.js';
import type { ActorFeeds } from './actor-feeds.js';

/** What the routes are made of. */
export interface PageParts {
  readonly model: InspectionModel;
  readonly access: Access;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly feeds: PageFeeds;
  readonly actorFeeds: ActorFeeds;
}

/**
 * The page loads nothing from elsewhere, runs nothing that is not a file of its own, and may stand in a frame of this
 * machine alone: Stately's relay shows it in one.
 */
const POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self' http://localhost:* http://127.0.0.1:*",
].join('; ');

/** The page and what it asks for. All of it is read: there is nothing here that a request could change. */
export function pageRoutes(parts: PageParts): RequestHandler {
  return (request, response) => {
    response
      .set('Content-Security-Policy', POLICY)
      .set('X-Content-Type-Options', 'nosniff')
      .set('Referrer-Policy', 'no-referrer')
      .set('Cross-Origin-Resource-Policy', 'same-origin');
    const { access, actorFeeds } = parts;
    if (!access.isOwnHost(request)) refuse(response, 403, 'This page is not known under that name.');
    else if (request.get('Upgrade')?.toLowerCase() === 'websocket') {
      if (access.mayReport(request)) return actorFeeds.accept(request, response);
      refuse(response, 403, 'Programs of other origins may not tell of themselves here.');
    } else if (!access.isOwnOrigin(request)) refuse(response, 403, 'Pages of other origins may not look.');
    else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.set('Allow', 'GET, HEAD');
      refuse(response, 405, 'This page only shows.');
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
  if (asset !== undefined) sendAsset(response, asset);
  else if (request.path.startsWith('/api/')) {
    try {
      return answerQuery(parts, request, response);
    } catch (error) {
      if (!(error instanceof QueryError || error instanceof URIError)) throw error;
      refuse(response, 400, `${error.message}.`);
    }
  } else refuse(response, 404, 'There is nothing here.');
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
  if (more !== undefined) refuse(response, 404, 'There is nothing here.');
  else if (what === 'fleet' && id === undefined) sendJson(response, model.fleet(timeQuery(searchParams)));
  else if (what === 'actors' && id === undefined) sendJson(response, model.list(actorQuery(searchParams)));
  else if (what === 'actors' && id !== undefined) sendJson(response, model.actor(id) ?? undefined);
  else if (what === 'definitions' && id !== undefined) sendJson(response, model.definition(id));
  else if (what === 'recording' && id === undefined) sendJson(response, model.recording());
  else refuse(response, 404, 'There is nothing here.');
  return undefined;
}

function watch(
  feeds: PageFeeds,
  request: HTTPServerRequest,
  response: HTTPServerResponse,
  start: () => Promise<void>,
): Promise<void> | undefined {
  if (request.method === 'GET' && !feeds.isFull) return start();
  refuse(response, request.method === 'GET' ? 503 : 405, 'Nobody more can be told of changes.');
  return undefined;
}

function queryOf(uri: string): string {
  const begin = uri.indexOf('?');
  return begin === -1 ? '' : uri.slice(begin);
}

function sendAsset(response: HTTPServerResponse, { body, mediaType, isLasting }: Asset): void {
  response.setContentType(mediaType);
  response.set('Cache-Control', isLasting ? 'max-age=31536000, immutable' : 'no-cache');
  response.end(body);
}

/** `undefined` is what is not there. */
function sendJson(response: HTTPServerResponse, value: unknown): void {
  if (value === undefined) {
    refuse(response, 404, 'That is not here, or not any more.');
    return;
  }
  response.setContentType('application/json').set('Cache-Control', 'no-store');
  response.end(JSON.stringify(value));
}

function refuse(response: HTTPServerResponse, status: number, why: string): void {
  response.status = status;
  response.setContentType('text/plain; charset=utf-8');
  response.end(`${why}\n`);
}
