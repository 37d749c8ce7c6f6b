import type { Instrument } from '../instrument/instrument.ts';
import { bufferedFeeE8, feeE8, feeStaleness } from '../market/fees.ts';
import {
  E8,
  microUsd,
  mulDivDown,
  mulDivUp,
  priceE8,
  type PriceE8,
  scaleUp,
} from '../values/index.ts';
import { inUsd, note, plain } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { perUnitE8 } from './pricer.ts';
import { type Reject, reject } from './reject.ts';
import { EVERY_CLASS, instrumentOf, parametersOf } from './scope.ts';

/** E8 coin times E8 index, as micro-USD. */
const COIN_INDEX_PER_MICRO_USD = 10_000_000_000;
/** E8 USD, as micro-USD. */
const E8_PER_MICRO = 100;

/**
 * The fee of this order, buffered when the rates are ageing; rates too old to trust open nothing
 * (contract-1 section 14). A reduction is never held up for them: its fee is an estimate for the
 * record.
 */
export const feeFresh: SafetyGate = {
  name: 'fee-fresh',
  measures: [plain('feeModelAgeS'), plain('feeModelMaxAgeS'), inUsd('feeUsd')],
  kind: 'safety',
  appliesTo: EVERY_CLASS,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const parameters = parametersOf(context);
    note(candidate, context.feeModelAgeS ?? Number.NaN);
    note(candidate, parameters.feeCacheHardS);
    const staleness = feeStaleness(context.feeModelAgeS, parameters);
    const opens = candidate.intentClass === 'OPEN';
    if (opens && staleness.state === 'hard') {
      const hardS = parameters.feeCacheHardS;
      return reject('FeeCacheStale', { ageS: context.feeModelAgeS, hardS });
    }
    const instrument = instrumentOf(candidate);
    const indexE8 = context.indexPriceE8(instrument.underlying);
    const liquidity = candidate.leg.postOnly ? 'maker' : 'taker';
    const at = feePriceE8(candidate, instrument, indexE8);
    const fee = feeE8(instrument, candidate.amountE8, at, liquidity, indexE8);
    const money = toMicroUsd(bufferedFeeE8(fee, staleness), instrument, indexE8);
    candidate.fee = microUsd(note(candidate, Number.isNaN(money) && !opens ? 0 : money));
    return null;
  },
};

/**
 * The price the fee is taken of. Futures: the index, so that the fee is rate * notional (contract-1
 * section 14). Options are capped by a share of their price, and the limit is not known yet: the
 * highest it can be, fair for a buy and fair plus the whole gross edge for a sale, has the highest
 * fee. A strategy's own stricter limit gains more than the fee it adds.
 */
function feePriceE8(
  { leg, grossEdge, amountE8 }: Candidate,
  instrument: Instrument,
  indexE8: PriceE8 | null,
): PriceE8 {
  if (instrument.kind !== 'option') return priceE8(indexE8 ?? Number.NaN);
  const base = leg.fairPrice ?? leg.limitPrice;
  // Without any price the cap is out of reach and the rate alone counts.
  if (base === null || !Number.isFinite(base) || !(base > 0))
    return priceE8(Number.MAX_SAFE_INTEGER);
  const baseE8 = scaleUp(base, E8);
  if (leg.side === 'buy' || grossEdge === null) return priceE8(baseE8);
  return priceE8(baseE8 + perUnitE8(Math.max(grossEdge, 0), instrument, amountE8, indexE8));
}

/**
 * Settlement currency to micro-USD, rounded against us; stablecoins count as the USD they stand
 * for.
 */
function toMicroUsd(fee: number, instrument: Instrument, indexE8: PriceE8 | null): number {
  const inCoin = instrument.settlement === instrument.underlying;
  const rate = inCoin ? (indexE8 ?? Number.NaN) : 1;
  const divisor = inCoin ? COIN_INDEX_PER_MICRO_USD : E8_PER_MICRO;
  return fee < 0 ? 0 - mulDivDown(0 - fee, rate, divisor) : mulDivUp(fee, rate, divisor);
}
