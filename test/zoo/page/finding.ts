import type { Exploration } from '../explore/difference.js';
import type { Member } from '../members/member.js';

/** A member, and what was found out about it. */
export type Finding = Pick<Member<unknown>, 'name' | 'version' | 'setting'> & Exploration;

/** All that the page tells. */
export interface Findings {
  readonly servers: readonly Finding[];
  readonly clients: readonly Finding[];
}
