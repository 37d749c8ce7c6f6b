/** Tapes as nobody wrote them: every change with checksums that are right again. For tests. */
import type { Effect, Event } from '@holdfast/core';
import {
  BLOCK_HEAD_BYTES,
  type BlockKind,
  jsonBlock,
  PREAMBLE,
  readBlocks,
  sealBlock,
} from '../src/replay/block.ts';
import { memorySource, type TapeEnd, type TapeGap, type TapeHeader } from '../src/replay/index.ts';
import { readTape } from '../src/replay/read-tape.ts';
import { TurnRecorder } from '../src/replay/turn-recorder.ts';

export interface EditedTurn {
  event: Event;
  effects: Effect[];
}

/** Everything on a tape, open to change. */
export interface TapeContent {
  header: TapeHeader;
  resumption: Effect[];
  turns: EditedTurn[];
  gap: TapeGap | null;
  end: TapeEnd | null;
}

export function contentOf(bytes: Buffer): TapeContent {
  const entries = readTape(memorySource(bytes));
  const turns: EditedTurn[] = [];
  let header: TapeHeader | null = null;
  let resumption: Effect[] = [];
  let step = entries.next();
  for (; step.done !== true; step = entries.next()) {
    const entry = step.value;
    if (entry.kind === 'header') header = entry.header;
    else if (entry.kind === 'resumption') resumption = [...entry.effects] as Effect[];
    else if (entry.answer.kind === 'effects') {
      turns.push({ event: entry.event, effects: [...entry.answer.effects] as Effect[] });
    }
  }
  if (header === null) throw new Error('a tape without a header');
  return { header, resumption, turns, gap: step.value.gap, end: step.value.end };
}

export function tapeOf({ header, resumption, turns, gap, end }: TapeContent): Buffer {
  const recorder = new TurnRecorder();
  recorder.resumed(resumption);
  for (const { event, effects } of turns) {
    recorder.heard(event);
    recorder.answered(effects);
  }
  const blocks = [
    jsonBlock('header', 0, header),
    sealBlock(recorder.take(null), 'turns', 1),
    ...(gap === null ? [] : [jsonBlock('gap', 2, gap)]),
  ];
  if (end !== null) blocks.push(jsonBlock('end', blocks.length, end));
  return Buffer.concat([PREAMBLE, ...blocks]);
}

/** The same tape with one change. */
export function edited(bytes: Buffer, change: (content: TapeContent) => void): Buffer {
  const content = contentOf(bytes);
  change(content);
  return tapeOf(content);
}

/** Where each block begins and ends, the bytes before the first one left out. */
export function blockBounds(
  bytes: Buffer,
): readonly { readonly kind: BlockKind; readonly from: number; readonly to: number }[] {
  let from = PREAMBLE.length;
  return [...readBlocks(memorySource(bytes))].map(({ kind, payload }) => {
    const bounds = { kind, from, to: from + BLOCK_HEAD_BYTES + payload.length };
    from = bounds.to;
    return bounds;
  });
}
