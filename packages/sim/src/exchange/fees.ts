import type { Instrument } from '@holdfast/core/instrument';
import { E8 } from '@holdfast/core/values';
import { settlementPeriod } from './settlement-period.ts';
import { mulDivCeil } from './signed-quotient.ts';

/** An option's fee never exceeds this share of the option's own price. */
const OPTION_CAP_E8 = 12_500_000;
const OPTION_DELIVERY_E8 = 15_000;
const FUTURE_DELIVERY_E8 = 25_000;

/** Absolute amount and price of what is charged; index in USD. All at 1e-8. */
export interface FeeBasis {
  readonly amountE8: number;
  readonly priceE8: number;
  readonly indexE8: number;
}

/**
 * Deribit's published trading fee, at 1e-8 of the settlement currency and rounded up: for options a
 * fraction of the underlying, at most 12.5 % of the option's price; for futures a fraction of the
 * notional.
 */
export function tradeFeeE8(
  instrument: Instrument,
  basis: FeeBasis,
  liquidity: 'maker' | 'taker',
): number {
  const rateE8 = liquidity === 'maker' ? instrument.makerFeeE8 : instrument.takerFeeE8;
  return chargedE8(instrument, basis, rateE8);
}

/** Fee of a delivery. Daily options and weekly futures are delivered free; perpetuals never are. */
export function deliveryFeeE8(instrument: Instrument, basis: FeeBasis): number {
  const period = settlementPeriod(instrument.expiry);
  if (instrument.kind === 'option') {
    return period === 'day' ? 0 : chargedE8(instrument, basis, OPTION_DELIVERY_E8);
  }
  return period === 'month' ? chargedE8(instrument, basis, FUTURE_DELIVERY_E8) : 0;
}

function chargedE8(instrument: Instrument, basis: FeeBasis, rateE8: number): number {
  const { amountE8, priceE8, indexE8 } = basis;
  if (instrument.kind === 'option') {
    const coinFee = mulDivCeil(amountE8, rateE8, E8);
    const fee = instrument.quote === 'coin' ? coinFee : mulDivCeil(coinFee, indexE8, E8);
    const cap = mulDivCeil(mulDivCeil(amountE8, priceE8, E8), OPTION_CAP_E8, E8);
    return fee < cap ? fee : cap;
  }
  const notional =
    instrument.amountUnit === 'usd'
      ? mulDivCeil(amountE8, E8, priceE8)
      : mulDivCeil(amountE8, priceE8, E8);
  return mulDivCeil(notional, rateE8, E8);
}
