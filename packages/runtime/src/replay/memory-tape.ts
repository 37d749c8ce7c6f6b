import { jsonBlock, PREAMBLE, sealBlock } from './block.ts';
import { OWN_VERSIONS, type TapeHeader } from './header.ts';
import { TurnRecorder, type TurnTape } from './turn-recorder.ts';
import type { OpenTape } from './open-tape.ts';

const BLOCK_BYTES = 1_048_576;

/** A tape in memory, for worlds that live in one process. */
export interface MemoryTape {
  /** For `start`; once. */
  readonly open: OpenTape;
  /** The tape as it would be on a disk if the process ended now. */
  bytes(): Buffer;
}

export function recordTurns(): MemoryTape {
  const blocks: Buffer[] = [];
  const recorder = new TurnRecorder();
  const put = (kind: 'header' | 'gap' | 'end', content: object): void => {
    blocks.push(jsonBlock(kind, blocks.length, content));
  };
  let hasGap = false;
  const seal = (): void => {
    if (recorder.length > 0) blocks.push(sealBlock(recorder.take(null), 'turns', blocks.length));
    if (recorder.gap === null || hasGap) return;
    hasGap = true;
    put('gap', recorder.gap);
  };
  const tape: TurnTape = {
    heard: (event) => recorder.heard(event),
    answered(effects) {
      recorder.answered(effects);
      if (recorder.length > BLOCK_BYTES) seal();
    },
    broke: (message) => recorder.broke(message),
    close() {
      seal();
      put('end', { turns: recorder.turns, lost: recorder.turns - recorder.kept });
      return Promise.resolve();
    },
  };
  return {
    open({ resumption, ...header }) {
      put('header', { versions: OWN_VERSIONS, ...header } satisfies TapeHeader);
      recorder.resumed(resumption);
      return Promise.resolve(tape);
    },
    bytes() {
      if (blocks.at(-1) !== undefined) seal();
      return Buffer.concat([PREAMBLE, ...blocks]);
    },
  };
}
