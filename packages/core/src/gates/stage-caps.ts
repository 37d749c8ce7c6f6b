import { fillCashE8 } from '../instrument/cash.ts';
import type { Policy, StageCaps } from '../policy.ts';
import { turnoverOf } from '../position/turnover.ts';
import { type AmountE8, amountE8, E8, type InstrumentName, mulDivUp } from '../values/index.ts';
import type { PriceE8 } from '../values/index.ts';
import { inE8, inUsd, note, plain } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { instrumentOf, OPEN_ONLY, policyOf, toDecimal, toUsd } from './scope.ts';

/**
 * The caps of the stage (phases section 1.3): the small ones while it is `pilot`, the full ones in
 * every other. The size of this order; the instruments that would be held; the money that changed
 * hands this UTC day, with every order on its way and this one filled at its limit.
 */
export const stageCaps: SafetyGate = {
  name: 'stage-caps',
  measures: [
    inE8('contracts'),
    inE8('maxSingleOrderContracts'),
    plain('openPositions'),
    plain('maxOpenPositions'),
    inUsd('dailyVolumeUsd'),
    inUsd('maxDailyVolumeUsd'),
  ],
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const policy = policyOf(context);
    const caps = capsInForce(policy);
    if (caps === undefined) {
      const key = policy.stage === 'pilot' ? 'micro_live_caps' : 'full_caps';
      return reject('CriticalConfigMissing', { key });
    }
    return (
      overContracts(candidate, caps) ??
      overPositions(context, candidate, caps) ??
      overVolume(context, candidate, caps)
    );
  },
};

/** The small ones while the stage is `pilot`, the full ones in every other. */
export function capsInForce({ stage, microLiveCaps, fullCaps }: Policy): StageCaps | undefined {
  return stage === 'pilot' ? microLiveCaps : fullCaps;
}

function overContracts(candidate: Candidate, caps: StageCaps): Reject | null {
  const { contractMultiplierE8 } = instrumentOf(candidate);
  const contracts = note(candidate, mulDivUp(candidate.amountE8, E8, contractMultiplierE8));
  const max = note(candidate, caps.maxSingleOrderContractsE8);
  if (contracts <= max) return null;
  return exceeded('max_single_order_contracts', toDecimal(contracts), toDecimal(max));
}

function overPositions(
  { exposure }: GateContext,
  candidate: Candidate,
  caps: StageCaps,
): Reject | null {
  const instruments = new Set<InstrumentName>([instrumentOf(candidate).name]);
  for (const { instrument } of exposure.held) instruments.add(instrument);
  for (const { instrument } of exposure.pending) instruments.add(instrument);
  const count = note(candidate, instruments.size);
  if (count <= note(candidate, caps.maxOpenPositions)) return null;
  return exceeded('max_open_positions', count, caps.maxOpenPositions);
}

function overVolume(context: GateContext, candidate: Candidate, caps: StageCaps): Reject | null {
  const { name } = instrumentOf(candidate);
  let volume = context.turnover(context.now);
  for (const { instrument, amountE8: amount, limitPriceE8 } of context.exposure.pending) {
    volume += worthOf(context, instrument, amount, limitPriceE8);
  }
  volume += worthOf(context, name, candidate.amountE8, candidate.limitPriceE8);
  note(candidate, volume);
  const max = note(candidate, caps.maxDailyVolume);
  if (Number.isNaN(volume)) {
    return reject('InstrumentMetadataMissing', { instrument: name, field: 'index_price' });
  }
  if (volume <= max) return null;
  return exceeded('max_daily_volume_usd', toUsd(volume), toUsd(max));
}

/** NaN where the instrument, or the index that values it, is not known. */
function worthOf(
  context: GateContext,
  name: InstrumentName,
  amount: AmountE8,
  limitPriceE8: PriceE8,
): number {
  const instrument = context.listings.get(name)?.instrument;
  if (instrument === undefined) return Number.NaN;
  // Bought: what is paid is rounded up.
  const cash = fillCashE8(instrument, 'buy', amountE8(Math.abs(amount)), limitPriceE8);
  const { underlying, settlement } = instrument;
  return cash === null
    ? Number.NaN
    : turnoverOf(cash, settlement, underlying, context.indexPriceE8(underlying));
}

function exceeded(limit: string, value: number, max: number): Reject {
  return reject('PolicyLimitExceeded', { limit, value, max });
}
