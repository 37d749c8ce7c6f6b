import type { Decision } from '@holdfast/core';
import type { ModeReasonCode, RiskCause } from '@holdfast/core/guard';
import { CAUSE_REASONS, MODE_REASONS } from '@holdfast/core/reasons';

/** One change of mode: what began it, what it ended, and by which figures. */
export interface Transition {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly reasons: readonly ModeReasonCode[];
  /** The inputs behind the reasons: which, its value and line, since when, and what ends it. */
  readonly details: readonly string[];
  /** What a risk state is made of, each with what it is about. */
  readonly causes: readonly string[];
  /** What stood at the change before and does not any more, each with what ends it. */
  readonly ended: readonly string[];
}

type GroupMove = Extract<Decision, { kind: 'groupMoved' }>;

const TRANSITIONS_KEPT = 64;
/** Enough of an id to find it below. */
const ID_SHOWN = 8;

/** Every change of mode, with what stood beneath it at that moment. */
export class TransitionLog {
  readonly #kept: Transition[] = [];
  #reasons: readonly ModeReasonCode[] = [];
  #causes: readonly RiskCause[] = [];
  /** Causes at the last change. */
  #before: readonly RiskCause[] = [];
  /** Groups that broke, and how, while they are not over. */
  readonly #broken = new Map<string, GroupMove>();
  /** And those that are over since the last change. */
  #mended: GroupMove[] = [];

  /** Oldest first; of many, the last ones. */
  get all(): readonly Transition[] {
    return this.#kept;
  }

  saw(decision: Decision, at: number): void {
    if (decision.kind === 'riskStateChanged') this.#causes = decision.causes.filter(isCause);
    if (decision.kind === 'groupMoved') this.#moved(decision);
    if (decision.kind !== 'modeChanged') return;
    const { from, to, reasons, details } = decision;
    const causes = this.#causes.map((cause) => this.#about(cause));
    this.#kept.push({ at, from, to, reasons, details, causes, ended: this.#ended(reasons) });
    if (this.#kept.length > TRANSITIONS_KEPT) this.#kept.shift();
    this.#reasons = reasons;
    this.#before = this.#causes;
    this.#mended = [];
  }

  #moved(move: GroupMove): void {
    if (move.state === 'MixedFailed') this.#broken.set(move.groupId, move);
    else if (move.state !== 'Flattening' && this.#broken.delete(move.groupId)) {
      this.#mended.push(move);
    }
  }

  #about(cause: RiskCause): string {
    const { meaning } = CAUSE_REASONS[cause];
    const groups = cause === 'mixed_failed_group' ? [...this.#broken.values()].map(sayMove) : [];
    return [`${meaning} (${cause})`, ...groups].join('; ');
  }

  #ended(reasons: readonly ModeReasonCode[]): readonly string[] {
    const codes = this.#reasons.filter((code) => !reasons.includes(code));
    const causes = this.#before.filter((cause) => !this.#causes.includes(cause));
    return [
      ...codes.map((code) => `${code}: ${MODE_REASONS[code].clears}`),
      ...causes.map((cause) => `${cause}: ${CAUSE_REASONS[cause].clears}`),
      ...this.#mended.map(sayMove),
    ];
  }
}

const isCause = (text: string): text is RiskCause => Object.hasOwn(CAUSE_REASONS, text);

const sayMove = ({ groupId, state, cause }: GroupMove): string =>
  `pair ${groupId.slice(0, ID_SHOWN)} ${state} (${cause})`;
