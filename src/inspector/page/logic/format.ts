const KIBI = 1024;

/** A count with separators: `10,000`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en');
}

/** How often per second, in at most four characters: `0.1`, `24`, `1.2k`. */
export function formatRate(rate: number): string {
  if (rate >= 10_000) return `${String(Math.round(rate / 1000))}k`;
  if (rate >= 1000) return `${(rate / 1000).toFixed(1)}k`;
  return rate >= 10 ? rate.toFixed(0) : rate.toFixed(1);
}

/** Bytes in the unit that suits them: `12.3 KiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < KIBI ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const size = bytes / KIBI ** power;
  return `${power === 0 ? size : size.toFixed(1)} ${units[power] ?? ''}`;
}

/** Milliseconds as people say them, in the two units that matter: `250 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

/** How long something took; what the clock could not tell from nothing is `<1 ms`. */
export function formatTook(ms: number): string {
  return ms < 1 ? '<1 ms' : formatDuration(ms);
}

/** The time of the day: `09:05:03`. */
export function formatClock(at: number): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => pad(part)).join(':');
}

/** The time of the day with milliseconds: `09:05:03.042`. */
export function formatTime(at: number): string {
  return `${formatClock(at)}.${pad(new Date(at).getMilliseconds(), 3)}`;
}

function pad(part: number, length = 2): string {
  return String(part).padStart(length, '0');
}
