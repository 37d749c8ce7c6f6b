import { currency, type Currency, mulDivUp } from '../values/index.ts';
import { inUsd, note } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { instrumentOf, OPEN_ONLY, policyOf, toUsd } from './scope.ts';

const BTC = currency('BTC');
const ETH = currency('ETH');

/** Correlation buckets of contract-1 section 18; alts move as one (AMB-13). */
const RHO_BTC_ETH = 0.8;
const RHO_BTC_ALTS = 0.6;
const RHO_ETH_ALTS = 0.6;

/** E8 coin times E8 index, as micro-USD. */
const COIN_INDEX_PER_MICRO_USD = 10_000_000_000;

/**
 * Portfolio delta in USD after correlation, held plus pending plus this order, each underlying at
 * the worse end of its range (contract-1 section 18). Longs and shorts net inside one underlying,
 * never across two (AMB-13). At or beyond a breach every OPEN stops; a reduction goes as CLOSE or
 * HEDGE.
 */
export const globalExposure: SafetyGate = {
  name: 'global-exposure',
  measures: [inUsd('exposureUsd'), inUsd('exposureLimitUsd')],
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const { underlying: own } = instrumentOf(candidate);
    let btc = 0;
    let eth = 0;
    let alts = 0;
    let ownSeen = false;
    for (const underlying of context.exposure.underlyings) {
      if (underlying === own) ownSeen = true;
      const delta = worstDeltaUsd(context, underlying, underlying === own ? candidate.deltaE8 : 0);
      if (!(delta >= 0)) return indexMissing(underlying);
      if (underlying === BTC) btc += delta;
      else if (underlying === ETH) eth += delta;
      else alts += delta;
    }
    if (!ownSeen) {
      const delta = worstDeltaUsd(context, own, candidate.deltaE8);
      if (!(delta >= 0)) return indexMissing(own);
      if (own === BTC) btc += delta;
      else if (own === ETH) eth += delta;
      else alts += delta;
    }
    return judge(context, candidate, correlatedUsd(btc, eth, alts));
  },
};

/**
 * sqrt(sum over i, j of rho_ij * |d_i| * |d_j|), rounded up. All three in one unit, none negative.
 */
export function correlatedUsd(btc: number, eth: number, alts: number): number {
  const cross = RHO_BTC_ETH * btc * eth + RHO_BTC_ALTS * btc * alts + RHO_ETH_ALTS * eth * alts;
  return Math.ceil(Math.sqrt(btc * btc + eth * eth + alts * alts + 2 * cross));
}

function judge(context: GateContext, candidate: Candidate, reached: number): Reject | null {
  const limit = policyOf(context).exposure.portfolioDelta;
  const exposure = note(candidate, reached);
  note(candidate, limit ?? Number.NaN);
  if (limit !== null && exposure <= limit) return null;
  return reject('GlobalExposureBudgetExceeded', {
    exposureUsd: toUsd(exposure),
    limitUsd: limit === null ? null : toUsd(limit),
  });
}

/** Micro-USD; NaN when there is a delta but no index to value it with. */
function worstDeltaUsd(context: GateContext, underlying: Currency, orderE8: number): number {
  const { exposure } = context;
  const current = exposure.currentDeltaE8(underlying);
  const high = current + exposure.pendingLongDeltaE8(underlying) + Math.max(orderE8, 0);
  const low = current + exposure.pendingShortDeltaE8(underlying) + Math.min(orderE8, 0);
  const worst = Math.max(Math.abs(high), Math.abs(low));
  if (worst === 0) return 0;
  return mulDivUp(worst, context.indexPriceE8(underlying) ?? Number.NaN, COIN_INDEX_PER_MICRO_USD);
}

/** AMB-04: what cannot be valued cannot be shown to fit. */
function indexMissing(underlying: Currency): Reject {
  return reject('InstrumentMetadataMissing', { instrument: underlying, field: 'index_price' });
}
