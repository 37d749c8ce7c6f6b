import { closed, createParser } from '@holdfast/core/parse';
import { acknowledgeRefusal, currentMode } from '@holdfast/core/step';
import { currency, monoMs } from '@holdfast/core/values';
import { type Static, Type } from 'typebox';
import type { AttestedAnswer } from './attested.ts';
import { untilSo } from './command.ts';
import type { Engine } from './engine.ts';
import { line } from './line.ts';

/** One row, by its currency and id: what somebody has looked at, and nothing that came since. */
const AcknowledgementSchema = closed({
  currency: Type.String({ minLength: 1, maxLength: 20, pattern: '^[A-Z0-9]+$' }),
  row_id: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  reason: line(500),
  operator: line(100),
});
export const parseAcknowledgement = createParser(AcknowledgementSchema);
export type Acknowledgement = Static<typeof AcknowledgementSchema>;

/** Takes a row of the venue's account for explained; it counts when it is on record. */
export async function acknowledgeCash(
  engine: Engine,
  { currency: code, row_id: rowId, reason, operator }: Acknowledgement,
): Promise<AttestedAnswer> {
  const { state } = engine;
  const answer = (cause: string | null): AttestedAnswer => ({
    result: cause === null ? 'ACCEPTED' : 'REJECTED',
    cause,
    detail: cause === 'another_row' ? inWords(engine, code) : null,
    trading_mode: currentMode(state).mode,
  });
  if (!engine.isRunning()) return answer('engine_stopped');
  const named = currency(code);
  const refusal = acknowledgeRefusal(state, named, rowId);
  if (refusal !== null) return answer(refusal);
  const mismatch = state.facts.cashBooks.get(named)?.mismatch ?? null;
  const at = monoMs(engine.now());
  engine.post({
    kind: 'cashAcknowledgeCommanded',
    at,
    currency: named,
    rowId,
    operator,
    reason,
  });
  const isDone = (): boolean => state.facts.cashBooks.get(named)?.mismatch !== mismatch;
  return answer((await untilSo(engine, isDone)) ? null : 'not_recorded');
}

function inWords({ state }: Engine, code: string): string | null {
  const mismatch = state.facts.cashBooks.get(currency(code))?.mismatch ?? null;
  return mismatch === null ? null : `the row that stands is ${mismatch.rowId} (${mismatch.fault})`;
}
