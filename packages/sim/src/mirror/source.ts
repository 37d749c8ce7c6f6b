import type { InstrumentName } from '@holdfast/core/values';
import type { PaperRun } from '@holdfast/core/proof';
import type { Clock } from '@holdfast/runtime/ports';
import type { GapCause } from './gap-log.ts';
import type { MirrorDesk } from './mirror-desk.ts';

/** Where a mirrored market comes from. */
export interface MirrorSource {
  /** The source's time. */
  readonly clock: Clock;
  readonly about: PaperRun['source'];
  /** Speaks to the desk from now on. */
  begin(desk: MirrorDesk): void;
  askBook(name: InstrumentName): void;
  /** What came so far is not to be relied on: a live source is asked for everything anew. */
  lost(cause: GapCause): void;
  /** Cuts the line, as a broken network would. */
  drop(): void;
  /** Our clock less the source's, ms. */
  offset(): number | null;
  /** Resolves when there is nothing more to come. */
  readonly over: Promise<void>;
  close(): Promise<void>;
}
