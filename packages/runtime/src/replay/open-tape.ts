import type { Effect } from '@holdfast/core';
import type { TapeHeader } from './header.ts';
import type { TurnTape } from './turn-recorder.ts';

/** Where a process begins: all its tape needs besides the turns. */
export interface TapeOpening extends Omit<TapeHeader, 'versions'> {
  /** What the first turn, the one without an event, asked for. */
  readonly resumption: readonly Effect[];
}

/** Rejects when there is no place for a tape: then the process does not start. */
export type OpenTape = (opening: TapeOpening) => Promise<TurnTape>;
