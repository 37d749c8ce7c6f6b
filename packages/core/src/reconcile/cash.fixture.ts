/** A venue's account of one currency, told as Deribit tells it; for tests of the comparison. */
import { apply } from '../apply.ts';
import { cashBookOf } from '../apply-cash.ts';
import type { CashRow } from '../cash-event.ts';
import { createFacts, type Facts } from '../facts.ts';
import { fillCashE8, futureValueE8 } from '../instrument/cash.ts';
import { BTC_CALL, BTC_PERPETUAL } from '../instrument/samples.fixture.ts';
import type { FillRecorded } from '../ledger/record.ts';
import {
  amountE8,
  coinE8,
  currency,
  E8,
  priceE8,
  tradeId,
  type WallMs,
  wallMs,
} from '../values/index.ts';
import { type CashInputs, type CashJudgement, judgeCash } from './cash.ts';

export const BTC = currency('BTC');
export const CALL = BTC_CALL.name;
export const PERP = BTC_PERPETUAL.name;
const NONE = { instrument: null, tradeId: null, priceE8: null } as const;

export interface Traded {
  readonly option: boolean;
  readonly side: 'buy' | 'sell';
  readonly steps: number;
  readonly price: number;
  readonly feeE8: number;
}

/** Records and rows of the same trades; the day's end pays what the future has earned. */
export class VenueAccount {
  readonly rows: CashRow[] = [];
  readonly fills: FillRecorded[] = [];
  balance = 0;
  #position = 0;
  #session = 0;
  at = 1_000;

  deposit(amount: number): this {
    this.#row({ ...NONE, cause: 'transfer', change: amount, feeE8: 0, fundingE8: 0 });
    return this;
  }

  trade({ option, side, steps, price, feeE8 }: Traded, parts = 1): FillRecorded {
    const instrument = option ? BTC_CALL : BTC_PERPETUAL;
    const amount = amountE8(steps * instrument.amountStepE8);
    const paid = fillCashE8(instrument, side, amount, priceE8(Math.round(price * E8)));
    if (paid === null) throw new Error('no trade');
    const id = tradeId(`T-${this.fills.length + 1}`);
    if (!option) {
      this.#position += side === 'buy' ? amount : 0 - amount;
      this.#session += paid;
    }
    for (let part = 0; part < parts; part += 1) {
      const share = (whole: number): number => {
        const each = Math.trunc(whole / parts);
        return part === parts - 1 ? whole - each * (parts - 1) : each;
      };
      const fee = share(feeE8);
      const change = (option ? share(paid) : 0) - fee;
      const about = { instrument: instrument.name, tradeId: id, priceE8: null };
      this.#row({ ...about, cause: 'trade', change, feeE8: fee, fundingE8: 0 });
    }
    const fill: FillRecorded = {
      type: 'fillRecorded',
      at: wallMs(this.at),
      tradeId: id,
      label: null,
      venueOrderId: null,
      strategyId: null,
      instrument: instrument.name,
      side,
      amountE8: amount,
      priceE8: priceE8(Math.round(price * E8)),
      feeE8: coinE8(feeE8),
      feeCurrency: BTC,
      cashE8: paid,
      indexPriceE8: priceE8(65_000 * E8),
      tradedAt: wallMs(this.at),
      source: 'feed',
    };
    this.fills.push(fill);
    return fill;
  }

  /** 08:00 UTC at this mark; `fundingE8` was received since the last one. */
  settle(mark: number, fundingE8: number): this {
    const price = priceE8(Math.round(mark * E8));
    const value = futureValueE8('usd', amountE8(this.#position), price) ?? 0;
    const change = this.#session + value + fundingE8;
    this.#session = 0 - value;
    const about = { instrument: PERP, tradeId: null, priceE8: price };
    this.#row({ ...about, cause: 'settlement', change, feeE8: 0, fundingE8 });
    return this;
  }

  other(change: number): this {
    this.#row({ ...NONE, cause: 'other', change, feeE8: 0, fundingE8: 0 });
    return this;
  }

  #row(
    row: Pick<CashRow, 'cause' | 'instrument' | 'tradeId' | 'priceE8'> & {
      readonly change: number;
      readonly feeE8: number;
      readonly fundingE8: number;
    },
  ): void {
    const { change, ...rest } = row;
    this.at += 1_000;
    this.balance += change;
    this.rows.push({
      ...rest,
      id: this.rows.length + 1,
      at: wallMs(this.at),
      feeE8: coinE8(row.feeE8),
      fundingE8: coinE8(row.fundingE8),
      changeE8: coinE8(change),
      balanceE8: coinE8(this.balance),
    });
  }
}

export const NOW = 10_000_000;
export const OPTION: Traded = { option: true, side: 'buy', steps: 10, price: 0.05, feeE8: 30_000 };
export const FUTURE: Traded = { option: false, side: 'buy', steps: 100, price: 65_000, feeE8: 769 };

export function judge(
  facts: Facts,
  rows: readonly CashRow[],
  over: Partial<CashInputs> = {},
): CashJudgement {
  return judgeCash({
    currency: BTC,
    book: cashBookOf(facts, BTC),
    rows,
    now: wallMs(NOW),
    held: [],
    positionE8: (name) => facts.positions.get(name)?.amountE8 ?? 0,
    isRecorded: (id) => facts.seenTrades.has(id),
    isTold: () => false,
    isCombination: () => false,
    patienceMs: 60_000,
    waitingSince: () => wallMs(NOW),
    ...over,
  });
}

export function keep(facts: Facts, { records, mismatch }: CashJudgement): void {
  for (const each of records) apply(facts, each);
  if (mismatch !== null) apply(facts, mismatch);
}

/** Compared from a deposit of ten coins on. */
export function begun(): { facts: Facts; venue: VenueAccount } {
  const facts = createFacts();
  const venue = new VenueAccount().deposit(10 * E8);
  keep(facts, judge(facts, venue.rows));
  return { facts, venue };
}

/** Records of this time are not yet overdue. */
export function record(facts: Facts, venue: VenueAccount, at: WallMs = wallMs(NOW)): void {
  for (const fill of venue.fills) apply(facts, { ...fill, at });
}
