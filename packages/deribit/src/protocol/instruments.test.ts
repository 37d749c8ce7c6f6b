import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { INSTRUMENTS_MAX, parseInstruments } from './instruments.ts';

/** Rows as the venue sends them, kept to what is read. */
const OPTION = {
  kind: 'option',
  instrument_name: 'BTC-27MAR26-100000-C',
  instrument_type: 'reversed',
  base_currency: 'BTC',
  quote_currency: 'BTC',
  settlement_currency: 'BTC',
  counter_currency: 'USD',
  settlement_period: 'month',
  expiration_timestamp: 1_774_598_400_000,
  creation_timestamp: 1_743_148_800_000,
  is_active: true,
  state: 'open',
  tick_size: 0.0001,
  tick_size_steps: [{ above_price: 0.005, tick_size: 0.0005 }],
  min_trade_amount: 0.1,
  contract_size: 1,
  maker_commission: 0.0003,
  taker_commission: 0.0003,
  option_type: 'call',
  strike: 100_000,
};
const LINEAR_OPTION = {
  ...OPTION,
  instrument_name: 'XRP_USDC-27MAR26-0d82-P',
  instrument_type: 'linear',
  base_currency: 'XRP',
  quote_currency: 'USDC',
  settlement_currency: 'USDC',
  tick_size: 0.0001,
  tick_size_steps: [],
  min_trade_amount: 1000,
  contract_size: 1000,
  option_type: 'put',
  strike: 0.82,
};
const PERPETUAL = {
  kind: 'future',
  instrument_name: 'BTC-PERPETUAL',
  instrument_type: 'reversed',
  base_currency: 'BTC',
  quote_currency: 'USD',
  settlement_currency: 'BTC',
  settlement_period: 'perpetual',
  expiration_timestamp: 32_503_708_800_000,
  is_active: true,
  tick_size: 0.5,
  tick_size_steps: [],
  min_trade_amount: 10,
  contract_size: 10,
  maker_commission: -0.0001,
  taker_commission: 0.0005,
};
const FUTURE = {
  ...PERPETUAL,
  instrument_name: 'BTC-27MAR26',
  settlement_period: 'month',
  expiration_timestamp: 1_774_598_400_000,
};
const LINEAR_PERPETUAL = {
  ...PERPETUAL,
  instrument_name: 'BTC_USDC-PERPETUAL',
  instrument_type: 'linear',
  quote_currency: 'USDC',
  settlement_currency: 'USDC',
  min_trade_amount: 0.001,
  contract_size: 0.0001,
};

const one = (row: unknown) => parseInstruments([row]);
const faultOf = (row: unknown) => one(row)?.faults.map(({ rule, field }) => [rule, field]);

describe('instruments', () => {
  it('AT-333 reads tick, step, minimum, multiplier of an inverse option from the listing', () => {
    expect(one(OPTION)).toEqual({
      unsupported: [],
      faults: [],
      instruments: [
        {
          name: 'BTC-27MAR26-100000-C',
          kind: 'option',
          underlying: 'BTC',
          settlement: 'BTC',
          quote: 'coin',
          amountUnit: 'coin',
          tickE8: 10_000,
          tickLadder: [{ abovePriceE8: 500_000, stepE8: 50_000 }],
          amountStepE8: 10_000_000,
          minAmount: 1,
          contractMultiplierE8: 100_000_000,
          expiry: 1_774_598_400_000,
          option: { type: 'call', strikeE8: 10_000_000_000_000 },
          isActive: true,
          makerFeeE8: 30_000,
          takerFeeE8: 30_000,
        },
      ],
    });
  });

  it.each([
    [LINEAR_OPTION, { kind: 'option', quote: 'usd', amountUnit: 'coin', settlement: 'USDC' }],
    [PERPETUAL, { kind: 'perpetual', quote: 'usd', amountUnit: 'usd', expiry: null }],
    [FUTURE, { kind: 'inverse_future', amountUnit: 'usd', expiry: 1_774_598_400_000 }],
    [LINEAR_PERPETUAL, { kind: 'linear_future', amountUnit: 'coin', expiry: null }],
  ])('tells kinds and units apart: $instrument_name', (row, expected) => {
    expect(one(row)?.faults).toEqual([]);
    expect(one(row)?.instruments).toMatchObject([expected]);
  });

  it('takes a decimal strike and a maker rebate exactly', () => {
    expect(one(LINEAR_OPTION)?.instruments[0]?.option).toEqual({
      type: 'put',
      strikeE8: 82_000_000,
    });
    expect(one(PERPETUAL)?.instruments[0]?.makerFeeE8).toBe(-10_000);
  });

  it('knows spot and combos for what they are, whatever else their rows hold', () => {
    const rows = ['spot', 'future_combo', 'option_combo'].map((kind) => ({
      kind,
      instrument_name: `X-${kind}`,
    }));
    expect(parseInstruments(rows)).toEqual({
      instruments: [],
      faults: [],
      unsupported: rows.map(({ kind, instrument_name }) => ({ kind, name: instrument_name })),
    });
  });

  it('a kind nobody knows is a fault of its row', () => {
    expect(faultOf({ ...OPTION, kind: 'swap' })).toEqual([['unknown_kind', 'kind']]);
  });

  it('one bad row never loses the list', () => {
    const rows = [OPTION, null, { ...FUTURE, tick_size: 0 }, { kind: 'swap' }, PERPETUAL, OPTION];
    const parsed = parseInstruments(rows);
    expect(parsed?.instruments.map(({ name }) => name)).toEqual([
      'BTC-27MAR26-100000-C',
      'BTC-PERPETUAL',
    ]);
    expect(parsed?.faults).toEqual([
      { index: 1, name: null, rule: 'malformed', field: '' },
      { index: 2, name: 'BTC-27MAR26', rule: 'malformed', field: 'tick_size' },
      { index: 3, name: null, rule: 'malformed', field: 'instrument_name' },
      {
        index: 5,
        name: 'BTC-27MAR26-100000-C',
        rule: 'duplicate',
        field: 'instrument_name',
      },
    ]);
  });

  it.each(['tick_size', 'min_trade_amount', 'contract_size', 'expiration_timestamp', 'strike'])(
    'AT-926 a zero, negative, missing or unreadable %s is a fault',
    (field) => {
      for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, null, '1', undefined]) {
        expect(faultOf({ ...OPTION, [field]: bad })).toEqual([['malformed', field]]);
      }
      const without = Object.fromEntries(Object.entries(OPTION).filter(([key]) => key !== field));
      expect(faultOf(without)).toEqual([['malformed', field]]);
    },
  );

  it.each([
    [{ taker_commission: -0.0003 }, 'malformed', 'taker_commission'],
    [{ maker_commission: undefined }, 'malformed', 'maker_commission'],
    [{ is_active: 'yes' }, 'malformed', 'is_active'],
    [{ option_type: 'straddle' }, 'malformed', 'option_type'],
    [{ option_type: undefined }, 'malformed', 'option_type'],
    [{ instrument_type: 'quanto' }, 'malformed', 'instrument_type'],
    [{ tick_size: 1e-9 }, 'off_grid', 'tick_size'],
    [{ min_trade_amount: 0.123456789 }, 'off_grid', 'min_trade_amount'],
    [{ contract_size: 1e-9 }, 'off_grid', 'contract_size'],
    [{ taker_commission: 0.000000001 }, 'off_grid', 'taker_commission'],
    [{ contract_size: 0.15 }, 'contradiction', 'contract_size'],
    [{ instrument_type: 'linear' }, 'contradiction', 'instrument_type'],
    [{ settlement_currency: 'ETH' }, 'contradiction', 'settlement_currency'],
    [{ quote_currency: 'EUR' }, 'contradiction', 'settlement_currency'],
    [
      { base_currency: 'ETH', quote_currency: 'ETH', settlement_currency: 'ETH' },
      'contradiction',
      'base_currency',
    ],
    [{ settlement_period: 'perpetual' }, 'contradiction', 'settlement_period'],
    [{ strike: 90_000 }, 'contradiction', 'strike'],
    [{ option_type: 'put' }, 'contradiction', 'option_type'],
    [
      { tick_size_steps: [{ above_price: 0.005, tick_size: 0.00015 }] },
      'contradiction',
      'tick_size_steps',
    ],
    [{ tick_size_steps: [{ above_price: 0.005, tick_size: 0 }] }, 'malformed', 'tick_size_steps'],
    [
      {
        tick_size_steps: [
          { above_price: 0.005, tick_size: 0.0005 },
          { above_price: 0.005, tick_size: 0.001 },
        ],
      },
      'contradiction',
      'tick_size_steps',
    ],
  ] as const)('refuses %j as %s %s', (change, rule, field) => {
    expect(faultOf({ ...OPTION, ...change })).toEqual([[rule, field]]);
  });

  it('what takes no orders is not active', () => {
    const active = (parts: object) => one({ ...OPTION, ...parts })?.instruments[0]?.isActive;
    expect([{}, { state: undefined }, { state: 'settlement' }].map(active)).toEqual([
      true,
      true,
      true,
    ]);
    for (const state of ['delivered', 'inactive', 'locked', 'halted', 'archivized', 'new']) {
      expect(active({ state })).toBe(false);
    }
    expect(active({ is_active: false })).toBe(false);
  });

  it('derives linear or inverse from the currencies where a row does not say it', () => {
    const unsaid = { instrument_type: undefined };
    expect(one({ ...OPTION, ...unsaid })?.instruments[0]?.quote).toBe('coin');
    expect(one({ ...LINEAR_OPTION, ...unsaid })?.instruments[0]?.quote).toBe('usd');
  });

  it.each([null, undefined, {}, 'rows', 1])('%j is no listing at all', (result) => {
    expect(parseInstruments(result)).toBeNull();
  });

  it('a list past the bound is not read', () => {
    expect(parseInstruments(Array.from({ length: INSTRUMENTS_MAX + 1 }))).toBeNull();
  });

  it('never throws, and accounts for every row exactly once', () => {
    const field = fc.constantFrom(...Object.keys(OPTION));
    const value = fc.oneof(
      fc.constantFrom<unknown>(undefined, null, '', {}, []),
      fc.double(),
      fc.string(),
    );
    const broken = fc
      .tuple(
        fc.constantFrom<object>(OPTION, LINEAR_OPTION, PERPETUAL, FUTURE),
        fc.dictionary(field, value),
      )
      .map(([row, change]) => ({ ...row, ...change }));
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.anything(), broken), { maxLength: 8 }), (rows) => {
        const parsed = parseInstruments(rows);
        if (parsed === null) throw new Error('a list is a listing');
        const { instruments, unsupported, faults } = parsed;
        expect(instruments.length + unsupported.length + faults.length).toBe(rows.length);
      }),
    );
  });
});
