import type { Instrument } from '@holdfast/core/instrument';
import { kindOf } from './instrument-kind.ts';
import { settlementPeriod } from './settlement-period.ts';
import { decimal, wireAmount } from './wire.ts';

export type WireInstrument = Readonly<Record<string, unknown>>;

/** The far future Deribit gives its perpetuals: 3000-01-01 08:00. */
const NEVER_MS = 32_503_708_800_000;
const LEVERAGE_MAX = 50;
const LIQUIDATION_FEE = 0.0075;
const BLOCK_FEE = 0.0003;

/** What an instrument is filed and quoted under. */
export interface Filing {
  /** Settled in coin, and so priced against USD. */
  readonly inverse: boolean;
  readonly quoteCurrency: string;
  readonly counterCurrency: string;
  /** `btc_usd`, `btc_usdc`. */
  readonly priceIndex: string;
}

export function filingOf({ underlying, settlement, quote, amountUnit }: Instrument): Filing {
  const inverse = quote === 'coin' || amountUnit === 'usd';
  const quoted = quote === 'coin' ? underlying : inverse ? 'USD' : settlement;
  return {
    inverse,
    quoteCurrency: quoted,
    counterCurrency: inverse ? 'USD' : settlement,
    priceIndex: `${underlying.toLowerCase()}_${inverse ? 'usd' : settlement.toLowerCase()}`,
  };
}

export interface ListedInstrument {
  readonly instrument: Instrument;
  readonly number: number;
  readonly listedAt: number;
}

/** One element of `public/get_instruments`. `state` is that of its book. */
export function toWireInstrument(
  { instrument, number, listedAt }: ListedInstrument,
  state: 'open' | 'locked' | 'archivized',
): WireInstrument {
  const { option, underlying, settlement, expiry } = instrument;
  const filing = filingOf(instrument);
  const isFuture = kindOf(instrument) === 'future';
  const type = filing.inverse ? 'reversed' : 'linear';
  const smallest = wireAmount(instrument, instrument.minAmount);
  return {
    instrument_name: instrument.name,
    instrument_id: number,
    kind: kindOf(instrument),
    instrument_type: type,
    ...(isFuture ? { future_type: type } : {}),
    base_currency: underlying,
    quote_currency: filing.quoteCurrency,
    counter_currency: filing.counterCurrency,
    settlement_currency: settlement,
    settlement_period: settlementPeriod(expiry),
    price_index: filing.priceIndex,
    tick_size: decimal(instrument.tickE8),
    tick_size_steps: instrument.tickLadder.map((step) => ({
      above_price: decimal(step.abovePriceE8),
      tick_size: decimal(step.stepE8),
    })),
    min_trade_amount: smallest,
    contract_size: decimal(instrument.contractMultiplierE8),
    maker_commission: decimal(instrument.makerFeeE8),
    taker_commission: decimal(instrument.takerFeeE8),
    block_trade_commission: BLOCK_FEE,
    block_trade_tick_size: decimal(instrument.tickE8),
    block_trade_min_trade_amount: smallest,
    ...(isFuture
      ? { max_leverage: LEVERAGE_MAX, max_liquidation_commission: LIQUIDATION_FEE }
      : {}),
    rfq: false,
    creation_timestamp: listedAt,
    expiration_timestamp: expiry ?? NEVER_MS,
    is_active: state !== 'archivized',
    state,
    ...(option === null ? {} : { option_type: option.type, strike: decimal(option.strikeE8) }),
  };
}
