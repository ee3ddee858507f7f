import { InspectionModel } from '../../model/inspection-model.js';
import { StatelyReader } from '../../model/stately-reader.js';
import type { Source } from '../../model/source.js';
import { LocalSource } from './local-source.js';

/** A window that reports to the page. */
export interface TellingWindow {
  readonly window: Window;
  /** The origin that its messages must have; `*` for any. */
  readonly origin: string;
}

/**
 * The window that the page is a frame of, or that opened it and is named in its address; `null` where it stands alone. The
 * page's server decides who may frame it. Anyone may open it, so an opener that is not named is not asked:
 * `/?opener=http://localhost:3000`.
 */
export function tellingWindow(): TellingWindow | null {
  if (window.parent !== window) return { window: window.parent, origin: '*' };
  const origin = new URLSearchParams(window.location.search).get('opener');
  const opener = window.opener as Window | null;
  return opener === null || origin === null ? null : { window: opener, origin: new URL(origin).origin };
}

/** What the window reports in Stately's protocol, which the page requests as Stately's own page does. */
export function sourceOfWindow(teller: TellingWindow): Source {
  const model = new InspectionModel({ now: Date.now });
  const reader = new StatelyReader(model, '');
  const hear = ({ source: sender, origin, data }: MessageEvent<unknown>): void => {
    if (sender !== teller.window || !isStatelyMessage(data)) return;
    if (teller.origin !== '*' && teller.origin !== origin) return;
    source.become('live');
    reader.read(data);
  };
  const source = new LocalSource(model, 'connecting', () => {
    window.removeEventListener('message', hear);
  });
  window.addEventListener('message', hear);
  teller.window.postMessage({ type: '@statelyai.connected' }, teller.origin);
  return source;
}

function isStatelyMessage(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || !('type' in data)) return false;
  return typeof data.type === 'string' && /^@xstate\.(actor|event|snapshot)$/.test(data.type);
}
