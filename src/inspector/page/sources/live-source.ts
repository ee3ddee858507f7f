import type { Source } from '../../model/source.js';
import { sourceOfWindow, tellingWindow } from './framed-source.js';
import { RemoteSource } from './remote-source.js';

/** Where the page gets what is live: the window around it, or else the server that it came from. */
export function openLiveSource(): Source {
  const teller = tellingWindow();
  return teller === null ? new RemoteSource() : sourceOfWindow(teller);
}
