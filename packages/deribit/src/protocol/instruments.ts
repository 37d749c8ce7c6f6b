import {
  type Instrument,
  type OptionTerms,
  type TickStep,
  underlyingOf,
  type UnsupportedKind,
} from '@holdfast/core/instrument';
import {
  amountE8,
  currency,
  e8FromNumber,
  type InstrumentName,
  instrumentName,
  monoMs,
  priceE8,
  quantity,
} from '@holdfast/core/values';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';

/**
 * What every row of `public/get_instruments` has, whatever its kind. Unknown fields are tolerated.
 */
export const ROW = Type.Object({
  instrument_name: Type.String({ minLength: 1, maxLength: 64 }),
  kind: Type.String({ minLength: 1 }),
});

/**
 * An option or a future. `instrument_type` is missing in older rows; the currencies say it as well.
 */
export const TRADABLE = Type.Object({
  instrument_name: Type.String({ minLength: 1, maxLength: 64 }),
  kind: Type.Union([Type.Literal('option'), Type.Literal('future')]),
  instrument_type: Type.Optional(Type.Union([Type.Literal('linear'), Type.Literal('reversed')])),
  base_currency: Type.String({ minLength: 1 }),
  quote_currency: Type.String({ minLength: 1 }),
  settlement_currency: Type.String({ minLength: 1 }),
  counter_currency: Type.Optional(Type.String({ minLength: 1 })),
  settlement_period: Type.String({ minLength: 1 }),
  expiration_timestamp: Type.Integer({ exclusiveMinimum: 0 }),
  is_active: Type.Boolean(),
  state: Type.Optional(Type.String()),
  tick_size: Type.Number({ exclusiveMinimum: 0 }),
  tick_size_steps: Type.Optional(
    Type.Array(
      Type.Object({
        above_price: Type.Number({ minimum: 0 }),
        tick_size: Type.Number({ exclusiveMinimum: 0 }),
      }),
      { maxItems: 32 },
    ),
  ),
  min_trade_amount: Type.Number({ exclusiveMinimum: 0 }),
  contract_size: Type.Number({ exclusiveMinimum: 0 }),
  maker_commission: Type.Number(),
  taker_commission: Type.Number({ minimum: 0 }),
  option_type: Type.Optional(Type.Union([Type.Literal('call'), Type.Literal('put')])),
  strike: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
});

const Row = Compile(ROW);
const Tradable = Compile(TRADABLE);

type WireInstrument = Type.Static<typeof TRADABLE>;

/** More rows than Deribit has ever listed; a longer answer is not read at all. */
export const INSTRUMENTS_MAX = 20_000;

/** Why one row could not become an instrument. `field` is Deribit's name of what was wrong. */
export interface InstrumentFault {
  readonly index: number;
  readonly name: string | null;
  readonly rule: 'malformed' | 'unknown_kind' | 'off_grid' | 'contradiction' | 'duplicate';
  readonly field: string;
}

export interface ParsedInstruments {
  readonly instruments: readonly Instrument[];
  readonly unsupported: readonly {
    readonly name: InstrumentName;
    readonly kind: UnsupportedKind;
  }[];
  readonly faults: readonly InstrumentFault[];
}

/** A row's fault, without where it was. */
type Fault = Pick<InstrumentFault, 'rule' | 'field'>;

/**
 * The `result` of `public/get_instruments`. A bad row is a fault of its own and costs no other row;
 * null when the answer is no list, or too long to be one: then nothing was listed, and no metadata
 * is fresh.
 */
export function parseInstruments(result: unknown): ParsedInstruments | null {
  if (!Array.isArray(result) || result.length > INSTRUMENTS_MAX) return null;
  const instruments: Instrument[] = [];
  const unsupported: { name: InstrumentName; kind: UnsupportedKind }[] = [];
  const faults: InstrumentFault[] = [];
  const names = new Set<string>();
  const rows: readonly unknown[] = result;
  rows.forEach((row, index) => {
    if (!Row.Check(row)) {
      faults.push({ index, name: null, rule: 'malformed', field: firstField(Row.Errors(row)) });
      return;
    }
    const name = row.instrument_name;
    const refuse = (fault: Fault): void => void faults.push({ index, name, ...fault });
    if (names.has(name)) {
      refuse({ rule: 'duplicate', field: 'instrument_name' });
      return;
    }
    names.add(name);
    if (isUnsupported(row.kind)) {
      unsupported.push({ name: instrumentName(name), kind: row.kind });
      return;
    }
    const parsed = parseTradable(row);
    if ('rule' in parsed) refuse(parsed);
    else instruments.push(parsed);
  });
  return { instruments, unsupported, faults };
}

function parseTradable(row: { readonly kind: string }): Instrument | Fault {
  if (row.kind !== 'option' && row.kind !== 'future')
    return { rule: 'unknown_kind', field: 'kind' };
  if (!Tradable.Check(row)) return { rule: 'malformed', field: firstField(Tradable.Errors(row)) };
  const shape = shapeOf(row);
  if ('rule' in shape) return shape;
  const numbers = numbersOf(row);
  if ('rule' in numbers) return numbers;
  const option = optionOf(row);
  if (option !== null && 'rule' in option) return option;
  const underlying = currency(row.base_currency);
  if (underlyingOf(instrumentName(row.instrument_name)) !== underlying) {
    return { rule: 'contradiction', field: 'base_currency' };
  }
  return Object.freeze({
    name: instrumentName(row.instrument_name),
    underlying,
    settlement: currency(row.settlement_currency),
    ...shape,
    ...numbers,
    option,
    isActive: row.is_active && acceptsOrders(row.state),
  });
}

/**
 * Kind, units and expiry. Linear is what is quoted and settled in USDC; an inverse option is quoted
 * in its coin, an inverse future in USD, and both settle in coin. `instrument_type` has to agree
 * where it is given.
 */
function shapeOf(
  row: WireInstrument,
): Pick<Instrument, 'kind' | 'quote' | 'amountUnit' | 'expiry'> | Fault {
  const { base_currency: base, quote_currency: quote, settlement_currency: settlement } = row;
  const isOption = row.kind === 'option';
  const isLinear = quote === 'USDC' && settlement === 'USDC' && base !== 'USDC';
  const isInverse = settlement === base && quote === (isOption ? base : 'USD');
  if (isLinear === isInverse) return { rule: 'contradiction', field: 'settlement_currency' };
  const stated = row.instrument_type;
  if (stated !== undefined && stated !== (isLinear ? 'linear' : 'reversed')) {
    return { rule: 'contradiction', field: 'instrument_type' };
  }
  const isPerpetual = row.settlement_period === 'perpetual';
  if (isPerpetual && isOption) return { rule: 'contradiction', field: 'settlement_period' };
  const expiry = isPerpetual ? null : monoMs(row.expiration_timestamp);
  if (isOption) {
    return { kind: 'option', quote: isLinear ? 'usd' : 'coin', amountUnit: 'coin', expiry };
  }
  if (isLinear) return { kind: 'linear_future', quote: 'usd', amountUnit: 'coin', expiry };
  const kind = isPerpetual ? 'perpetual' : 'inverse_future';
  return { kind, quote: 'usd', amountUnit: 'usd', expiry };
}

type Numbers = Pick<
  Instrument,
  | 'tickE8'
  | 'tickLadder'
  | 'amountStepE8'
  | 'minAmount'
  | 'contractMultiplierE8'
  | 'makerFeeE8'
  | 'takerFeeE8'
>;

/**
 * Deribit has no amount step: `min_trade_amount` is minimum and step. Off the 1e-8 grid is a fault
 * (D-3).
 */
function numbersOf(row: WireInstrument): Numbers | Fault {
  const tick = e8FromNumber(row.tick_size);
  if (tick === null) return { rule: 'off_grid', field: 'tick_size' };
  const tickLadder = ladderOf(row, tick);
  if ('rule' in tickLadder) return tickLadder;
  const step = e8FromNumber(row.min_trade_amount);
  if (step === null) return { rule: 'off_grid', field: 'min_trade_amount' };
  const multiplier = e8FromNumber(row.contract_size);
  if (multiplier === null) return { rule: 'off_grid', field: 'contract_size' };
  if (step % multiplier !== 0 && multiplier % step !== 0) {
    return { rule: 'contradiction', field: 'contract_size' };
  }
  const maker = e8FromNumber(row.maker_commission);
  if (maker === null) return { rule: 'off_grid', field: 'maker_commission' };
  const taker = e8FromNumber(row.taker_commission);
  if (taker === null) return { rule: 'off_grid', field: 'taker_commission' };
  return {
    tickE8: priceE8(tick),
    tickLadder,
    amountStepE8: amountE8(step),
    minAmount: quantity(1),
    contractMultiplierE8: amountE8(multiplier),
    makerFeeE8: maker,
    takerFeeE8: taker,
  };
}

/** Ascending, and every step a multiple of the smallest tick, as the venue documents. */
function ladderOf(row: WireInstrument, tick: number): readonly TickStep[] | Fault {
  const ladder: TickStep[] = [];
  let previous = -1;
  for (const { above_price, tick_size } of row.tick_size_steps ?? []) {
    const above = e8FromNumber(above_price);
    const step = e8FromNumber(tick_size);
    if (above === null || step === null) return { rule: 'off_grid', field: 'tick_size_steps' };
    if (above <= previous || step % tick !== 0) {
      return { rule: 'contradiction', field: 'tick_size_steps' };
    }
    previous = above;
    ladder.push({ abovePriceE8: priceE8(above), stepE8: priceE8(step) });
  }
  return Object.freeze(ladder);
}

/**
 * Strike and type, exact, and the same as in the name: orders go out by name, so a row that
 * describes another contract than it names must not be traded. Names write a decimal point as `d`
 * (`0d82`).
 */
function optionOf(row: WireInstrument): OptionTerms | Fault | null {
  if (row.kind !== 'option') return null;
  if (row.strike === undefined) return { rule: 'malformed', field: 'strike' };
  if (row.option_type === undefined) return { rule: 'malformed', field: 'option_type' };
  const strike = e8FromNumber(row.strike);
  if (strike === null) return { rule: 'off_grid', field: 'strike' };
  const [namedStrike, namedType] = row.instrument_name.split('-').slice(-2);
  if (namedStrike === undefined || e8FromNumber(Number(namedStrike.replace('d', '.'))) !== strike) {
    return { rule: 'contradiction', field: 'strike' };
  }
  if (namedType !== (row.option_type === 'call' ? 'C' : 'P')) {
    return { rule: 'contradiction', field: 'option_type' };
  }
  return Object.freeze({ type: row.option_type, strikeE8: priceE8(strike) });
}

/**
 * A book in daily settlement is back within seconds; every other state but `open` takes no new
 * orders.
 */
function acceptsOrders(state: string | undefined): boolean {
  return state === undefined || state === 'open' || state === 'settlement';
}

function isUnsupported(kind: string): kind is UnsupportedKind {
  return kind === 'spot' || kind === 'future_combo' || kind === 'option_combo';
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
}

/** The first field the schema complains about; empty when the row is no object. */
function firstField(errors: readonly SchemaError[]): string {
  const [first] = errors;
  if (first === undefined) return '';
  if (first.instancePath !== '') return first.instancePath.split('/')[1] ?? '';
  if ('requiredProperties' in first.params && Array.isArray(first.params.requiredProperties)) {
    return String(first.params.requiredProperties[0]);
  }
  return '';
}
