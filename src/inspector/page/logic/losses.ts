import type { FleetFrame, Loss } from '../../model/shapes.js';
import { formatCount } from './format.js';

/** What was dropped, for each reason. */
const LOSSES: Readonly<Record<Loss, string>> = {
  longMessage: 'messages longer than 4 MB',
  slowMessage: 'messages that took longer than 30 s to arrive',
  moreMessages: 'messages that arrived while too many others did',
  unreadable: 'messages that are not JSON',
  notWebSocket: 'connections that broke the WebSocket protocol',
  moreActors: 'actors beyond the limit',
  forgottenActors: 'quiet actors that made room for others',
  longDefinition: 'definitions longer than 256 kB',
  deepDefinition: 'definitions that are nested too deep',
  unreadableDefinition: 'definitions that are not those of a machine',
  moreDefinitions: 'definitions beyond the limit',
};

/** What `dropped` counts, a line for each reason. */
export function lossText({ dropped, losses }: Pick<FleetFrame, 'dropped' | 'losses'>): string {
  const counted = Object.entries(losses).filter(([, count]) => count > 0);
  const before = dropped - counted.reduce((sum, [, count]) => sum + count, 0);
  return [
    'Reports that the inspector does not remember:',
    ...counted.map(([why, count]) => `${formatCount(count)} ${LOSSES[why as Loss]}`),
    ...(before > 0 ? [`${formatCount(before)} before the recording was made`] : []),
  ].join('\n');
}
