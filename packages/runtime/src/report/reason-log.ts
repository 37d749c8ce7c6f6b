import type { RiskCause } from '@holdfast/core/guard';
import { CAUSE_REASONS, LATCH_REASONS, MODE_REASONS, type Reason } from '@holdfast/core/reasons';
import type { StatusDocument } from '@holdfast/core/status';

/** One reason that held the system down: what it is, from when until when, and its figures. */
export interface ReasonSpan {
  readonly kind: 'mode' | 'latch' | 'cause';
  readonly code: string;
  readonly meaning: string;
  /** What ends it, in words. */
  readonly clears: string;
  /** Epoch ms of the run's clock. */
  readonly from: number;
  /** Null: it stood when the run ended. */
  readonly until: number | null;
  /** Where it stood when it was first and last seen, with the numbers. */
  readonly began: string;
  readonly last: string;
  /** Where it must be. */
  readonly target: string;
}

/** Of a run with more, the last ones. */
const SPANS_KEPT = 256;

/**
 * Every reason as the statuses of a run show it, one after another. What comes and goes between two
 * of them is in the decision log alone.
 */
export class ReasonLog {
  readonly #spans: ReasonSpan[] = [];

  /**
   * @param causes of the same moment as the status: what its risk state is made of.
   * @param at epoch ms of the run's clock.
   */
  saw(status: StatusDocument, causes: readonly RiskCause[], at: number): void {
    const standing = reasonsOf(status, causes);
    const codes = new Set(standing.map(({ code }) => code));
    for (const [index, span] of this.#spans.entries()) {
      if (span.until === null && !codes.has(span.code)) this.#spans[index] = { ...span, until: at };
    }
    for (const [order, { kind, code, reason }] of standing.entries()) {
      const { current = '', target = '' } = status.owner_view.unblock[order] ?? {};
      const index = this.#spans.findIndex((span) => span.until === null && span.code === code);
      const known = this.#spans[index];
      if (known !== undefined) this.#spans[index] = { ...known, last: current, target };
      else {
        const { meaning, clears } = reason;
        const until = null;
        const figures = { began: current, last: current, target };
        this.#spans.push({ kind, code, meaning, clears, from: at, until, ...figures });
      }
    }
    if (this.#spans.length > SPANS_KEPT) this.#spans.splice(0, this.#spans.length - SPANS_KEPT);
  }

  /** Oldest first. */
  get spans(): readonly ReasonSpan[] {
    return [...this.#spans];
  }
}

interface Standing {
  readonly kind: ReasonSpan['kind'];
  readonly code: string;
  readonly reason: Reason;
}

/** In the order of the status's own steps. */
function reasonsOf(status: StatusDocument, causes: readonly RiskCause[]): readonly Standing[] {
  return [
    ...status.mode_reasons.map(
      (code): Standing => ({ kind: 'mode', code, reason: MODE_REASONS[code] }),
    ),
    ...status.open_permission_reason_codes.map(
      (code): Standing => ({ kind: 'latch', code, reason: LATCH_REASONS[code] }),
    ),
    ...causes.map((code): Standing => ({ kind: 'cause', code, reason: CAUSE_REASONS[code] })),
  ];
}
