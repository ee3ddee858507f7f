import { InspectionModel } from '../../model/inspection-model.js';
import { StatelyReader } from '../../model/stately-reader.js';
import type { Source } from '../../model/source.js';
import { LocalSource } from './local-source.js';

/** The window that the page was opened by, or that it is a frame of; `null` where it stands alone. */
export function tellingWindow(): Window | null {
  if (window.parent !== window) return window.parent;
  return window.opener as Window | null;
}

/** What the window reports in Stately's protocol, which the page requests as Stately's own page does. */
export function sourceOfWindow(teller: Window): Source {
  const model = new InspectionModel({ now: Date.now });
  const reader = new StatelyReader(model, '');
  const hear = ({ source: sender, data }: MessageEvent<unknown>): void => {
    if (sender !== teller || !isStatelyMessage(data)) return;
    source.become('live');
    reader.read(data);
  };
  const source = new LocalSource(model, 'connecting', () => {
    window.removeEventListener('message', hear);
  });
  window.addEventListener('message', hear);
  // An unknown window learns only that the page is there.
  teller.postMessage({ type: '@statelyai.connected' }, '*');
  return source;
}

function isStatelyMessage(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || !('type' in data)) return false;
  return typeof data.type === 'string' && /^@xstate\.(actor|event|snapshot)$/.test(data.type);
}
