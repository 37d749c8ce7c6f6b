import type { Instrument } from '@holdfast/core/instrument';
import type { Currency, InstrumentName } from '@holdfast/core/values';
import { mulDivFloor } from './signed-quotient.ts';

/**
 * An open position. `costE8` is what its open part cost (see `costE8`); for futures it is not cash
 * yet.
 */
export interface Position {
  readonly instrument: Instrument;
  /** Signed, in amount steps; never 0. */
  steps: number;
  costE8: number;
  /** What the open part cost when it was opened: `costE8` before any daily settlement. */
  entryE8: number;
  realisedE8: number;
  /** The listing's accrued interest this position has been paid up to (perpetuals). */
  interestPaidTo: number;
  /** Funding received since the last daily settlement; negative is paid. */
  fundingE8: number;
}

/** Profit realised since the last daily settlement, at 1e-8. */
export interface SessionProfit {
  optionsE8: number;
  futuresE8: number;
}

/**
 * Cash by currency at 1e-8, and positions by instrument. Every trader and the market have one each.
 */
export interface Account {
  readonly cash: Map<Currency, number>;
  readonly positions: Map<InstrumentName, Position>;
  /** Profit of closed positions by currency, at 1e-8. */
  readonly realised: Map<Currency, number>;
  readonly session: Map<Currency, SessionProfit>;
}

export function createAccount(deposits: ReadonlyMap<Currency, number> = new Map()): Account {
  return {
    cash: new Map(deposits),
    positions: new Map(),
    realised: new Map(),
    session: new Map(),
  };
}

export function credit(ledger: Map<Currency, number>, currency: Currency, amountE8: number): void {
  const balance = (ledger.get(currency) ?? 0) + amountE8;
  if (!Number.isSafeInteger(balance)) throw new RangeError(`D-3: ${currency} left exact numbers`);
  ledger.set(currency, balance);
}

/** Signed steps held in an instrument; 0 when flat. */
export function heldSteps(account: Account, name: InstrumentName): number {
  return account.positions.get(name)?.steps ?? 0;
}

/** Profit that is no trade's: a delivery of cash, funding, a daily settlement. */
export function realise(account: Account, instrument: Instrument, profitE8: number): void {
  const { settlement, kind } = instrument;
  credit(account.realised, settlement, profitE8);
  const session = account.session.get(settlement) ?? { optionsE8: 0, futuresE8: 0 };
  if (kind === 'option') session.optionsE8 += profitE8;
  else session.futuresE8 += profitE8;
  account.session.set(settlement, session);
}

/**
 * Books one trade: `steps` signed, `paidE8` signed. An option's premium moves as cash at once; a
 * future's profit moves when it is closed, so cash plus negated open cost is what is conserved.
 * @returns profit realised by this trade, at 1e-8.
 */
export function bookTrade(
  account: Account,
  instrument: Instrument,
  steps: number,
  paidE8: number,
): number {
  const held = account.positions.get(instrument.name);
  const position = held ?? openPosition(instrument);
  const before = position.steps;
  let realised = 0;
  if (before === 0 || before > 0 === steps > 0) {
    position.costE8 += paidE8;
    position.entryE8 += paidE8;
  } else {
    const closed = Math.min(Math.abs(before), Math.abs(steps));
    const costPart = mulDivFloor(position.costE8, closed, Math.abs(before));
    const entryPart = mulDivFloor(position.entryE8, closed, Math.abs(before));
    const paidPart = mulDivFloor(paidE8, closed, Math.abs(steps));
    realised = 0 - (costPart + paidPart);
    position.costE8 += paidE8 - paidPart - costPart;
    position.entryE8 += paidE8 - paidPart - entryPart;
  }
  position.steps = before + steps;
  position.realisedE8 += realised;
  if (instrument.kind === 'option') credit(account.cash, instrument.settlement, 0 - paidE8);
  else credit(account.cash, instrument.settlement, realised);
  realise(account, instrument, realised);
  if (position.steps === 0) account.positions.delete(instrument.name);
  else if (held === undefined) account.positions.set(instrument.name, position);
  return realised;
}

function openPosition(instrument: Instrument): Position {
  return {
    instrument,
    steps: 0,
    costE8: 0,
    entryE8: 0,
    realisedE8: 0,
    interestPaidTo: 0,
    fundingE8: 0,
  };
}

/**
 * Cash plus what open futures have cost so far, negated: the part of the world this account holds.
 */
export function holdingsE8(account: Account, currency: Currency): number {
  let total = account.cash.get(currency) ?? 0;
  for (const { instrument, costE8 } of account.positions.values()) {
    if (instrument.kind !== 'option' && instrument.settlement === currency) total -= costE8;
  }
  return total;
}
