import type { HTTPSessionError } from '../errors/index.js';
import { endWords, placeWords, retryWords } from '../inspector/model/failure-words.js';
import type { SessionRole } from '../inspector/model/traffic-shapes.js';
import { bytesInWords } from './words.js';

/**
 * What a failure testifies, as lines for people: where it happened, and whether the request can be sent again.
 *
 * @param role - of the session that testifies
 */
export function failureLines(error: HTTPSessionError, role: SessionRole = 'client'): string[] {
  const { testimony } = error;
  if (testimony === undefined) return [];
  const { bytesIn, bytesOut, endedBy } = testimony;
  const bytes = `${bytesInWords(bytesOut)} sent, ${bytesInWords(bytesIn)} received`;
  const end = endWords(endedBy, role);
  const retry = retryWords(testimony, role);
  return [
    `the connection was ${placeWords(testimony)}${end === null ? '' : `; ${end}`}; ${bytes}`,
    ...(retry === null ? [] : [retry]),
  ];
}
