/**
 * A person has looked at a review (section 8.8, hysteresis). It opens nothing: it is one of the two
 * things without which no clean session leads back.
 */
import type { Prior } from './decision.ts';
import type { HistoryFact } from './history.ts';
import { isName, parseTime, textOfTime } from './spelling.ts';
import { type RolloutState, traceOf } from './state.ts';

export type AcknowledgeCode =
  | 'no_review_open'
  /** The one that is open was opened at another time: nobody has seen it yet. */
  | 'other_review'
  | 'already_acknowledged'
  /** No name, or one that no table can hold. */
  | 'acknowledger_unnamed';

export type Acknowledgement =
  | { readonly ok: true; readonly fact: Extract<HistoryFact, { event: 'acknowledged' }> }
  | { readonly ok: false; readonly code: AcknowledgeCode; readonly detail: string };

/** `openedAt`: of the review that was looked at, as the state tells it. `now`: epoch ms. */
export function acknowledge(
  { review }: Prior,
  { by, openedAt }: { readonly by: string; readonly openedAt: string },
  now: number,
): Acknowledgement {
  const no = (code: AcknowledgeCode, detail: string): Acknowledgement => ({
    ok: false,
    code,
    detail,
  });
  if (by.trim() === '' || !isName(by)) return no('acknowledger_unnamed', JSON.stringify(by));
  if (review === null) return no('no_review_open', 'nothing is to be acknowledged');
  const open = textOfTime(review.openedAt);
  if (parseTime(openedAt) !== review.openedAt) {
    return no('other_review', `open is the review of ${open}, not of ${openedAt}`);
  }
  if (review.acknowledgedBy !== null) return no('already_acknowledged', review.acknowledgedBy);
  const fact = { event: 'acknowledged', at: textOfTime(now), by, review_opened_at: open } as const;
  return { ok: true, fact };
}

/** The published state with the acknowledgement in it; the decision is as it was. */
export function withAcknowledgement(
  state: RolloutState,
  { by, at }: { readonly by: string; readonly at: string },
): RolloutState {
  const { generated_at: generatedAt, trace_id: _, ...body } = state;
  const review = { ...state.review, acknowledged_by: by, acknowledged_at: at };
  const renewed = { ...body, review };
  return { ...renewed, generated_at: generatedAt, trace_id: traceOf(renewed) };
}
