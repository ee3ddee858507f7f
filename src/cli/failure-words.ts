import type { HTTPSessionError } from '../errors/index.js';
import { endWords, placeWords, retryWords } from '../inspector/model/failure-words.js';
import { bytesInWords } from './words.js';

/** What a failure testifies, as lines for people: where it happened, and whether the request can be sent again. */
export function failureLines(error: HTTPSessionError): string[] {
  const { testimony } = error;
  if (testimony === undefined) return [];
  const { bytesIn, bytesOut, endedBy } = testimony;
  const bytes = `${bytesInWords(bytesOut)} sent, ${bytesInWords(bytesIn)} received`;
  const end = endWords(endedBy, 'client');
  return [
    `the connection was ${placeWords(testimony)}${end === null ? '' : `; ${end}`}; ${bytes}`,
    retryWords(testimony, 'client'),
  ];
}
