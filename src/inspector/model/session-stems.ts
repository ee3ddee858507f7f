import { INSPECTION } from './inspection-limits.js';
import { InternedTexts } from './interned-texts.js';

/** A session in two numbers: what its id and its name have in common with those of others, and its own. */
export interface SessionMark {
  readonly stem: string;
  readonly number: number;
}

/** Between the two halves of a stem; no id and no name contains it. */
const BETWEEN = '\u0000';
/** Ids end with the number of the session to the base 36, names with the same to the base 10. */
const ID_BASE = 36;
const MOST = 0xffff_ffff;
const MAX_CACHED = 20_000;

/**
 * Which session a row of the list of requests is of. Of one process they are called `server session 4711` and have the id
 * `4f0-3mv`, so a row needs no texts of its own, though there may be a session for each.
 */
export class SessionStems {
  readonly #stems = new InternedTexts(INSPECTION.maxRequestTexts.value, `${BETWEEN}(another session)`);
  /** Sessions have many requests. */
  readonly #cache = new Map<string, SessionMark & { readonly name: string }>();

  /** The numbers of a session. Each use of a stem is released once. */
  markOf(id: string | null, name: string): SessionMark {
    const key = id ?? '';
    const cached = this.#cache.get(key);
    if (cached?.name === name) return cached;
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    const mark = { ...split(key, name), name };
    this.#cache.set(key, mark);
    return mark;
  }

  get texts(): InternedTexts {
    return this.#stems;
  }

  idOf(stem: number, number: number): string | null {
    return sessionIdOf({ stem: this.#stems.get(stem), number });
  }

  /** For each stem, which number a session with that id has; -1 where there is none. */
  numbersOf(id: string): Float64Array {
    return Float64Array.from({ length: this.#stems.size }, (_, stem) => {
      const [own = '', name = ''] = this.#stems.get(stem).split(BETWEEN);
      if (!name.endsWith(' ')) return own === id ? 0 : -1;
      const number = id.startsWith(own) ? Number.parseInt(id.slice(own.length), ID_BASE) : -1;
      return this.idOf(stem, number) === id ? number : -1;
    });
  }

  nameOf(stem: number, number: number): string {
    return sessionNameOf({ stem: this.#stems.get(stem), number });
  }

  /** For each stem, whether a search is for what its sessions have in common; and what it asks of their numbers. */
  search(search: string): (stem: number, number: number) => boolean {
    const inStem = this.#stems.marked(
      (stem) => stem.split(BETWEEN)[1]?.toLowerCase().includes(search) === true,
    );
    const [, before = '', digits = ''] = /^(.*?)(\d+)$/.exec(search) ?? [];
    if (digits === '') return (stem) => inStem[stem] === 1;
    const leads = this.#stems.marked((stem) => {
      const name = (stem.split(BETWEEN)[1] ?? '').toLowerCase();
      return name.endsWith(' ') && name.endsWith(before);
    });
    const fits = (own: string): boolean => (before === '' ? own.includes(digits) : own.startsWith(digits));
    const known = new Map<number, boolean>();
    return (stem, number) => {
      if (inStem[stem] === 1) return true;
      if (leads[stem] !== 1) return false;
      let isFound = known.get(number);
      if (isFound === undefined) known.set(number, (isFound = fits(String(number))));
      return isFound;
    };
  }
}

/** `null` for a connection that was no session. */
export function sessionIdOf({ stem, number }: SessionMark): string | null {
  const [id = '', name = ''] = stem.split(BETWEEN);
  const whole = name.endsWith(' ') ? id + number.toString(ID_BASE) : id;
  return whole === '' ? null : whole;
}

export function sessionNameOf({ stem, number }: SessionMark): string {
  const name = stem.split(BETWEEN)[1] ?? '';
  return name.endsWith(' ') ? name + String(number) : name;
}

function split(id: string, name: string): SessionMark {
  const [, nameStem = '', digits = ''] = /^(.* )(\d{1,10})$/.exec(name) ?? [];
  const number = Number(digits);
  const ending = number.toString(ID_BASE);
  const isCounted = digits !== '' && number <= MOST && String(number) === digits && id.endsWith(ending);
  // A name that ends with a space by itself would be taken for the first half of one.
  if (!isCounted) return { stem: `${id}${BETWEEN}${name.trimEnd()}`, number: 0 };
  return { stem: `${id.slice(0, -ending.length)}${BETWEEN}${nameStem}`, number };
}
