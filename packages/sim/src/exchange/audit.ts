import type { Currency } from '@holdfast/core/values';
import { holdingsE8 } from './account.ts';
import type { VenueState } from './venue-state.ts';

/**
 * Where every unit of one currency is, at 1e-8, `client` being all accounts together. `client +
 * market + fees` is `deposited`, always.
 */
export interface Audit {
  readonly deposited: number;
  readonly client: number;
  readonly market: number;
  readonly fees: number;
}

export function auditOf({ traders, market, fees }: VenueState, currency: Currency): Audit {
  let deposited = 0;
  let client = 0;
  for (const { deposits, holdings } of traders.values()) {
    deposited += deposits.get(currency) ?? 0;
    client += holdingsE8(holdings, currency);
  }
  return {
    deposited,
    client,
    market: holdingsE8(market, currency),
    fees: fees.get(currency) ?? 0,
  };
}
