import type { Event } from '@holdfast/core';
import { currentMode, type State } from '@holdfast/core/step';
import { type Checker, demand } from './checker.ts';

/** So long trading may go on without the positions being compared (contract-1 section 29). */
const COMPARED_MS_MAX = 60_000;
/**
 * The minute counts from a question in vain. Before it: the time of the timer, and of an answer.
 * Behind it: the answer, or the silence, that shows the last question to be in vain as well.
 */
const IN_VAIN_MS_MAX = 30_000;
/** More than this between two events was slept through: nobody asks meanwhile, and nobody opens. */
const AWAKE_MS_MAX = 1_000;

/**
 * While anything may open, orders and positions were compared with the venue a short time ago:
 * asked for, answered, and nothing of ours moved in between.
 */
export function comparedWithinAMinute(): Checker {
  const name = 'compared-within-a-minute';
  /** The question that is out, and how long the process was awake when it was asked. */
  let asked: { readonly requestId: number; readonly awakeMs: number } | null = null;
  let awakeMs = 0;
  let comparedMs = 0;
  let now: number | null = null;
  const pass = ({ at }: Event): void => {
    if (now !== null) awakeMs += Math.min(Math.max(0, at - now), AWAKE_MS_MAX);
    now = Math.max(now ?? at, at);
  };
  const isLongAgo = (): boolean => awakeMs - comparedMs > COMPARED_MS_MAX + IN_VAIN_MS_MAX;
  const found = (what: string) => (): string =>
    `last compared ${awakeMs - comparedMs} ms ago, and ${what}`;
  const judge = (state: State): void => {
    if (!isLongAgo()) return;
    const isShut = state.observations.latch.reasons.length > 0;
    demand(isShut || currentMode(state).mode !== 'Active', name, found('anything may open'));
  };
  return {
    name,
    onBoot() {
      asked = null;
      [awakeMs, comparedMs] = [0, 0];
      now = null;
    },
    onEvent(event, state) {
      pass(event);
      if (event.kind === 'ticked') judge(state);
      if (event.kind !== 'venueSnapshotObserved' || event.requestId !== asked?.requestId) return;
      comparedMs = asked.awakeMs;
      asked = null;
    },
    onEffect(effect) {
      if (effect.kind === 'fetch' && effect.what === 'reconciliation') {
        asked = { requestId: effect.requestId, awakeMs };
      }
      if (effect.kind === 'submit') {
        const { label, reduceOnly } = effect.order.terms;
        demand(reduceOnly || !isLongAgo(), name, found(`${label} leaves`));
        // What moves while the question is out makes positions that need not be equal.
        asked = null;
      }
      if (effect.kind !== 'append') return;
      if (effect.records.some(({ type }) => type === 'fillRecorded')) asked = null;
    },
  };
}
