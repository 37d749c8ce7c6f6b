import { ALERT_RULES, type AlertInputs, type AlertRule } from './alert-rules.ts';

/**
 * `unknown`: its figure cannot be read, which is no good news. `not_linked`: what it looks at is no
 * part of this build.
 */
export type AlertState = 'quiet' | 'raised' | 'unknown' | 'not_linked';

/** One alert as it stands. */
export interface Alert {
  readonly name: string;
  readonly condition: string;
  readonly state: AlertState;
  /** The figure when last looked at; null where there is none. */
  readonly value: number | null;
  /** Since when it is in this state, epoch ms of the run's clock. */
  readonly since: number;
}

/** One stretch in which an alert was not quiet; `until` null: to the end. */
export interface AlertSpan {
  readonly name: string;
  readonly condition: string;
  readonly state: 'raised' | 'unknown';
  /** The highest figure while it was raised. */
  readonly worst: number | null;
  readonly from: number;
  readonly until: number | null;
}

/** Of a run with more, the last ones. */
const SPANS_KEPT = 256;

/** The alerts of one run, judged by every status it makes. It tells; it decides nothing. */
export class AlertBook {
  readonly #standing: Map<AlertRule, Alert>;
  readonly #spans: AlertSpan[] = [];
  #hasLooked = false;

  /** @param at epoch ms of the run's clock. */
  constructor(at: number) {
    this.#standing = new Map(
      ALERT_RULES.map((rule) => {
        const { name, condition, read } = rule;
        const state: AlertState = read === null ? 'not_linked' : 'unknown';
        return [rule, { name, condition, state, value: null, since: at }];
      }),
    );
  }

  /**
   * Looks at every alert that is linked.
   * @returns those that rose, fell or were lost from sight since the last look.
   */
  saw(inputs: AlertInputs, at: number): readonly Alert[] {
    const changed: Alert[] = [];
    for (const [rule, before] of this.#standing) {
      if (rule.read === null) continue;
      const { value, isRaised } = rule.read(inputs);
      const state = value === null ? 'unknown' : isRaised ? 'raised' : 'quiet';
      // What is quiet at the first look has not fallen.
      const isNew = state !== (this.#hasLooked ? before.state : 'quiet');
      const since = state === before.state ? before.since : at;
      const now = { ...before, state, value, since } as const;
      this.#standing.set(rule, now);
      this.#keep(now, at, isNew);
      if (isNew) changed.push(now);
    }
    this.#hasLooked = true;
    return changed;
  }

  /** Every alert, in the order of the contract. */
  get standing(): readonly Alert[] {
    return [...this.#standing.values()];
  }

  /** Oldest first. */
  get spans(): readonly AlertSpan[] {
    return [...this.#spans];
  }

  #keep({ name, condition, state, value }: Alert, at: number, isNew: boolean): void {
    const index = this.#spans.findIndex((span) => span.until === null && span.name === name);
    const open = this.#spans[index];
    if (open !== undefined) {
      const worst = value === null ? open.worst : Math.max(value, open.worst ?? value);
      this.#spans[index] = isNew ? { ...open, until: at } : { ...open, worst };
    }
    if (!isNew || (state !== 'raised' && state !== 'unknown')) return;
    this.#spans.push({ name, condition, state, worst: value, from: at, until: null });
    if (this.#spans.length > SPANS_KEPT) this.#spans.shift();
  }
}
