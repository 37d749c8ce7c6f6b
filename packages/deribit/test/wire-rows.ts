/** Two instruments and an account, as Deribit writes them; the figures are invented. */

const COMMON = {
  instrument_type: 'reversed',
  base_currency: 'BTC',
  counter_currency: 'USD',
  settlement_currency: 'BTC',
  price_index: 'btc_usd',
  is_active: true,
  state: 'open',
  creation_timestamp: 1_780_000_000_000,
  maker_commission: 0.0003,
  taker_commission: 0.0003,
};

export const OPTION = 'BTC-25DEC26-100000-C';
export const PERPETUAL = 'BTC-PERPETUAL';

export const INSTRUMENT_ROWS = [
  {
    ...COMMON,
    instrument_name: OPTION,
    kind: 'option',
    quote_currency: 'BTC',
    settlement_period: 'month',
    tick_size: 0.0001,
    tick_size_steps: [{ above_price: 0.005, tick_size: 0.0005 }],
    min_trade_amount: 0.1,
    contract_size: 1,
    expiration_timestamp: 1_798_185_600_000,
    option_type: 'call',
    strike: 100_000,
  },
  {
    ...COMMON,
    instrument_name: PERPETUAL,
    kind: 'future',
    quote_currency: 'USD',
    settlement_period: 'perpetual',
    tick_size: 0.5,
    tick_size_steps: [],
    min_trade_amount: 10,
    contract_size: 10,
    expiration_timestamp: 32_503_708_800_000,
  },
];

export const SUMMARY = {
  currency: 'BTC',
  equity: 10,
  initial_margin: 0.5,
  maintenance_margin: 0.25,
  limits: {
    non_matching_engine: { rate: 20, burst: 100 },
    matching_engine: { trading: { total: { rate: 5, burst: 20 } } },
  },
};

export const LABEL = 's4:strat001:abcdefabcdef:0:0123456789abcdef';

/** An order of ours; `more` is what the case is about. */
export function orderRow(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    order_id: 'BTC-1',
    order_state: 'open',
    order_type: 'limit',
    time_in_force: 'good_til_cancelled',
    label: LABEL,
    instrument_name: OPTION,
    direction: 'buy',
    price: 0.01,
    amount: 1,
    filled_amount: 0,
    reduce_only: false,
    ...more,
  };
}

/** A trade of ours. */
export function tradeRow(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    trade_id: 'T-1',
    trade_seq: 1,
    order_id: 'BTC-1',
    label: LABEL,
    instrument_name: OPTION,
    direction: 'buy',
    amount: 1,
    price: 0.01,
    fee: 0.0003,
    fee_currency: 'BTC',
    index_price: 90_000,
    timestamp: 1_790_000_000_000,
    ...more,
  };
}
