import { type Currency, currency, type InstrumentName, instrumentName } from '../values/index.ts';

/** What settles hedges: the launch policy hedges with linear perpetuals and nothing else. */
const SETTLEMENT = currency('USDC');

/** What hedges gain and lose is counted in it: one is a dollar, as the venue's own index has it. */
export function isDollar(settlement: Currency): boolean {
  return settlement === SETTLEMENT;
}

/** The instrument that hedges a coin (D-15): `BTC_USDC-PERPETUAL`. */
export function hedgeNameOf(coin: Currency): InstrumentName {
  return instrumentName(`${coin}_${SETTLEMENT}-PERPETUAL`);
}

/** What a client must list, hear and reconcile so that these coins can be hedged. */
export function hedgesOfCoins(coins: readonly Currency[]): {
  readonly settlement: Currency;
  readonly instruments: readonly InstrumentName[];
} {
  return { settlement: SETTLEMENT, instruments: coins.map(hedgeNameOf) };
}
