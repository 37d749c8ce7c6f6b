import { ByteReader } from './byte-reader.ts';
import { type Block, readBlocks, type TapeSource } from './block.ts';
import { tapeFault } from './fault.ts';
import {
  readEnd,
  readGap,
  readHeader,
  type TapeEnd,
  type TapeGap,
  type TapeHeader,
} from './header.ts';
import { readEffects, readTurn, type Turn } from './turn-form.ts';

/** What is on a tape, in the order in which a reader meets it. */
export type TapeEntry =
  | { readonly kind: 'header'; readonly header: TapeHeader }
  | { readonly kind: 'resumption'; readonly effects: readonly unknown[] }
  | ({ readonly kind: 'turn' } & Turn);

/** How a tape ends. */
export interface TapeFinish {
  readonly gap: TapeGap | null;
  /** Null where the process had no time for one, or still runs. */
  readonly end: TapeEnd | null;
  readonly tornBytes: number;
}

/**
 * Reads a tape from its first byte; one block is in memory at a time. Throws a tape fault at the
 * first byte that is not as it was written, and where blocks come in an order no writer makes.
 */
export function* readTape(source: TapeSource): Generator<TapeEntry, TapeFinish> {
  const reader = new ByteReader();
  const blocks = readBlocks(source);
  let hasResumed = false;
  let gap: TapeGap | null = null;
  let end: TapeEnd | null = null;
  let step = blocks.next();
  for (; step.done !== true; step = blocks.next()) {
    const { kind, payload, number } = step.value;
    if (end !== null) throw misplaced(step.value, 'it follows the end');
    if ((kind === 'header') !== (number === 0)) throw misplaced(step.value, 'the header is first');
    if (kind === 'header') yield { kind, header: readHeader(payload) };
    else if (kind === 'end') end = readEnd(payload);
    else if (gap !== null) throw misplaced(step.value, 'it follows a gap');
    else if (kind === 'gap') gap = readGap(payload);
    else {
      reader.open(payload);
      if (!hasResumed) yield { kind: 'resumption', effects: readEffects(reader) };
      hasResumed = true;
      while (!reader.isAtEnd) yield { kind: 'turn', ...readTurn(reader) };
    }
  }
  return { gap, end, tornBytes: step.value.tornBytes };
}

function misplaced({ kind, number }: Block, what: string): Error {
  return tapeFault('tape_damaged', `block ${number}, ${kind}: ${what}`);
}
