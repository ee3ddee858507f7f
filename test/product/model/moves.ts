import { CLIENT_MOVES } from './client-moves.js';
import { DRAIN_MOVES } from './drain-moves.js';
import { HANDLER_MOVES } from './handler-moves.js';
import type { Move } from './move.js';
import { FAULT_MOVES, networkMoves, timerMove } from './network-moves.js';
import { ownerMoves } from './owner-moves.js';

/** Every move, in the order in which they are tried; with that, the exploration is the same each time. */
export const MOVES: readonly Move[] = [
  ...CLIENT_MOVES,
  ...HANDLER_MOVES,
  ...ownerMoves('client'),
  ...ownerMoves('server'),
  ...DRAIN_MOVES,
  ...networkMoves('client'),
  ...networkMoves('server'),
  timerMove('client'),
  timerMove('server'),
  ...FAULT_MOVES,
];
