import type { InstrumentName } from '@holdfast/core/values';
import { GAPS_MAX, type PaperRun } from '@holdfast/core/proof';

/** Why the market of the source was not known for a while. */
export type GapCause =
  /** The connection ended, whoever ended it. */
  | 'session_lost'
  /** No index came for longer than one comes apart. */
  | 'silence'
  /** What came was said too long ago: a backlog is not the market. */
  | 'late'
  /** The recording says that frames were left out of it. */
  | 'tape_gap'
  | 'tape_over'
  /** A change of a book did not follow what was held. */
  | 'chain'
  /** A book that cannot be read, is crossed, or lies beside its instrument's grid. */
  | 'malformed'
  /** On purpose (`faults.ts`). */
  | 'injected';

interface OpenGap {
  readonly cause: GapCause;
  readonly startedAt: number;
  /** Null when there was no more room for it. */
  readonly slot: number | null;
}

/** Everything that was missing: when, for how long, why, and of what. Bounded; never silent. */
export class GapLog {
  readonly #told: PaperRun['gaps'] = [];
  readonly #open = new Map<InstrumentName | null, OpenGap>();
  readonly #byCause = new Map<GapCause, number>();
  #leftOut = 0;
  #sourceMs = 0;

  /** @param of an instrument, or null for the whole source. One that is open stays as it is. */
  open(of: InstrumentName | null, cause: GapCause, startedAt: number): void {
    if (this.#open.has(of)) return;
    this.#byCause.set(cause, (this.#byCause.get(cause) ?? 0) + 1);
    const hasRoom = this.#told.length < GAPS_MAX;
    this.#open.set(of, { cause, startedAt, slot: hasRoom ? this.#told.length : null });
    if (!hasRoom) this.#leftOut += 1;
    else this.#told.push(gapOf(of, cause, startedAt, null));
  }

  close(of: InstrumentName | null, at: number): void {
    const open = this.#open.get(of);
    if (open === undefined) return;
    this.#open.delete(of);
    const endedAt = Math.max(at, open.startedAt);
    if (of === null) this.#sourceMs += endedAt - open.startedAt;
    if (open.slot !== null) {
      this.#told[open.slot] = gapOf(of, open.cause, open.startedAt, endedAt);
    }
  }

  get count(): number {
    return this.#told.length + this.#leftOut;
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#byCause].map(([cause, n]) => [`gaps_${cause}`, n]));
  }

  /** For the document of a run. */
  read(now: number): Pick<PaperRun, 'gaps' | 'gaps_left_out' | 'gap_ms'> {
    const open = this.#open.get(null);
    const running = open === undefined ? 0 : Math.max(0, now - open.startedAt);
    return {
      gaps: [...this.#told],
      gaps_left_out: this.#leftOut,
      gap_ms: Math.round(this.#sourceMs + running),
    };
  }
}

function gapOf(
  of: InstrumentName | null,
  cause: GapCause,
  startedAt: number,
  endedAt: number | null,
): PaperRun['gaps'][number] {
  return {
    scope: of === null ? 'source' : 'book',
    instrument: of,
    cause,
    started_at: Math.round(startedAt),
    ended_at: endedAt === null ? null : Math.round(endedAt),
  };
}
