import { assert } from '@holdfast/core';
import type { FillRecorded, SettlementRecorded } from '@holdfast/core/ledger';
import { E8, type InstrumentName, instrumentName } from '@holdfast/core/values';
import { type Bar, barIndexAt } from './bar.ts';
import { type Reason, type ReasonCatalog, reasonOf } from './reasons.ts';
import type { DailyState, PriceBasis, RuntimeEvent, RuntimeTrade } from './result.ts';

/** A change of what is held, as the ledger has it. */
export interface Fill {
  readonly at: number;
  readonly instrument: string;
  readonly side: 'buy' | 'sell';
  readonly amountE8: number;
  readonly priceE8: number;
  readonly feeE8: number;
  readonly feeCurrency: string;
}

/** Why a fill happened, and at the quotes of which bar it was wanted. */
export interface FillCause {
  readonly code: string;
  readonly basis: PriceBasis;
}

interface OpenTrade {
  readonly id: string;
  readonly instrument: string;
  readonly direction: 1 | -1;
  readonly entryBar: number;
  readonly entryReason: Reason & { readonly code: string };
  readonly lastSell: (Reason & { readonly code: string }) | null;
  heldE8: number;
  entryE8: number;
  /** Amount times price, both at 1e-8. */
  entryValue: number;
  exitE8: number;
  exitValue: number;
  feeE8: number;
  exit: { readonly bar: number; readonly code: string } | null;
}

/**
 * Assembles events, trades and days from fills and marks (RX-1: hooks never do). Whoever brings a
 * code has seen that the catalog has it (RX-4).
 */
export class RowDesk {
  readonly events: RuntimeEvent[] = [];
  readonly daily: DailyState[] = [];
  readonly #bars: readonly Bar[];
  readonly #catalog: ReasonCatalog;
  readonly #branch: string;
  readonly #trades: OpenTrade[] = [];
  readonly #open = new Map<string, OpenTrade>();
  #lastSell: (Reason & { readonly code: string }) | null = null;

  constructor(bars: readonly Bar[], catalog: ReasonCatalog, branch: string) {
    this.#bars = bars;
    this.#catalog = catalog;
    this.#branch = branch;
  }

  /** The first of what is held; a hooked strategy holds one at a time. */
  held(): { readonly instrument: InstrumentName; readonly amount: number } | null {
    const [trade] = this.#open.values();
    if (trade === undefined) return null;
    const { instrument, direction, heldE8 } = trade;
    return { instrument: instrumentName(instrument), amount: (direction * heldE8) / E8 };
  }

  /** Signed amount held at 1e-8. */
  heldE8(instrument: string): number {
    const trade = this.#open.get(instrument);
    return trade === undefined ? 0 : trade.direction * trade.heldE8;
  }

  /** A fill that turns a position over ends one trade and begins another: two events. */
  fill(fill: Fill, cause: FillCause): readonly RuntimeEvent[] {
    const before = this.heldE8(fill.instrument);
    const signed = fill.side === 'buy' ? fill.amountE8 : -fill.amountE8;
    const turns = before * signed < 0 && Math.abs(signed) > Math.abs(before);
    if (!turns) return [this.#take(fill, cause)];
    const closing = Math.abs(before);
    const feeE8 = Math.round((fill.feeE8 * closing) / fill.amountE8);
    const rest = { amountE8: fill.amountE8 - closing, feeE8: fill.feeE8 - feeE8 };
    return [
      this.#take({ ...fill, amountE8: closing, feeE8 }, cause),
      this.#take({ ...fill, ...rest }, cause),
    ];
  }

  /** A mark of interest. @param at epoch ms. */
  mark(
    at: number,
    signal: { readonly side: 'BUY' | 'SELL'; readonly instrument: string },
    code: string,
    price: number | null,
  ): void {
    const held = this.heldE8(signal.instrument) / E8;
    this.events.push(
      Object.freeze<RuntimeEvent>({
        ...this.#place(at),
        side: signal.side,
        kind: 'aux',
        price,
        price_basis: 'this_bar',
        ...this.#reason(code),
        position_before: held,
        position_after: held,
        branch: this.#branch,
        trade_id: null,
        bar: barIndexAt(this.#bars, at),
        instrument: signal.instrument,
        amount: 0,
        fee: 0,
        fee_currency: '',
      }),
    );
  }

  day(row: Omit<DailyState, 'date' | 'branch' | 'open_positions'>, at: number): void {
    const { bar, mode, looks, proposals, outcome } = row;
    this.daily.push(
      Object.freeze<DailyState>({
        ...this.#place(at),
        bar,
        mode,
        open_positions: this.#open.size,
        looks,
        proposals,
        outcome,
        branch: this.#branch,
      }),
    );
  }

  /** In the order of their entries. */
  trades(): readonly RuntimeTrade[] {
    return this.#trades.map((trade) => this.#tradeRow(trade));
  }

  #take(fill: Fill, { code, basis }: FillCause): RuntimeEvent {
    const reason = this.#reason(code);
    const before = this.heldE8(fill.instrument);
    const signed = fill.side === 'buy' ? fill.amountE8 : -fill.amountE8;
    const trade = this.#book(fill, code, signed);
    const side = fill.side === 'buy' ? 'BUY' : 'SELL';
    const event = Object.freeze<RuntimeEvent>({
      ...this.#place(fill.at),
      side,
      kind: 'real',
      price: fill.priceE8 / E8,
      price_basis: basis,
      ...reason,
      position_before: before / E8,
      position_after: (before + signed) / E8,
      branch: this.#branch,
      trade_id: trade.id,
      bar: this.#barOf(fill.at),
      instrument: fill.instrument,
      amount: fill.amountE8 / E8,
      fee: fill.feeE8 / E8,
      fee_currency: fill.feeCurrency,
    });
    this.events.push(event);
    if (side === 'SELL') this.#lastSell = this.#named(code);
    return event;
  }

  #book(fill: Fill, code: string, signed: number): OpenTrade {
    const value = fill.amountE8 * fill.priceE8;
    const bar = this.#barOf(fill.at);
    const trade = this.#open.get(fill.instrument) ?? this.#begin(fill, code, signed > 0 ? 1 : -1);
    trade.feeE8 += fill.feeE8;
    if (signed * trade.direction > 0) {
      trade.heldE8 += fill.amountE8;
      trade.entryE8 += fill.amountE8;
      trade.entryValue += value;
      return trade;
    }
    assert(fill.amountE8 <= trade.heldE8, 'a fill closes no more than is held');
    trade.heldE8 -= fill.amountE8;
    trade.exitE8 += fill.amountE8;
    trade.exitValue += value;
    if (trade.heldE8 === 0) {
      trade.exit = { bar, code };
      this.#open.delete(fill.instrument);
    }
    return trade;
  }

  #begin(fill: Fill, code: string, direction: 1 | -1): OpenTrade {
    const trade: OpenTrade = {
      id: String(this.#trades.length + 1),
      instrument: fill.instrument,
      direction,
      entryBar: this.#barOf(fill.at),
      entryReason: this.#named(code),
      lastSell: this.#lastSell,
      heldE8: 0,
      entryE8: 0,
      entryValue: 0,
      exitE8: 0,
      exitValue: 0,
      feeE8: 0,
      exit: null,
    };
    this.#trades.push(trade);
    this.#open.set(fill.instrument, trade);
    return trade;
  }

  #tradeRow(trade: OpenTrade): RuntimeTrade {
    const { exit, entryReason, lastSell } = trade;
    const last = Math.max(0, this.#bars.length - 1);
    return Object.freeze<RuntimeTrade>({
      trade_id: trade.id,
      entry_date: this.#dateOf(trade.entryBar),
      entry_price: trade.entryValue / trade.entryE8 / E8,
      exit_date: exit === null ? null : this.#dateOf(exit.bar),
      exit_price: exit === null ? null : trade.exitValue / trade.exitE8 / E8,
      bars_held: (exit?.bar ?? last) - trade.entryBar,
      return: exit === null ? null : returnOf(trade),
      entry_reason_layer: entryReason.layer,
      entry_reason_family: entryReason.family,
      entry_reason_code: entryReason.code,
      exit_reason_code: exit?.code ?? null,
      last_real_sell_reason_layer: lastSell?.layer ?? null,
      last_real_sell_reason_family: lastSell?.family ?? null,
      last_real_sell_reason_code: lastSell?.code ?? null,
      branch: this.#branch,
      open: exit === null,
      instrument: trade.instrument,
      direction: trade.direction,
      entry_bar: trade.entryBar,
      exit_bar: exit?.bar ?? null,
    });
  }

  #named(code: string): Reason & { readonly code: string } {
    const reason = reasonOf(this.#catalog, code);
    assert(reason !== null, `a reason of the catalog: ${code}`);
    return { ...reason, code };
  }

  #reason(code: string): Pick<RuntimeEvent, 'reason_code' | 'reason_family' | 'reason_layer'> {
    const { family, layer } = this.#named(code);
    return { reason_code: code, reason_family: family, reason_layer: layer };
  }

  /** What happens before the first bar is its own; nothing does. */
  #barOf(at: number): number {
    return Math.max(0, barIndexAt(this.#bars, at));
  }

  #dateOf(bar: number): string {
    return dayOf(this.#bars[bar]?.at ?? 0);
  }

  #place(at: number): { readonly date: string } {
    return { date: this.#dateOf(this.#barOf(at)) };
  }
}

/** Gain over what the entry was worth, fees taken off; options pay both in one currency. */
function returnOf({ direction, entryE8, entryValue, exitE8, exitValue, feeE8 }: OpenTrade): number {
  const entry = entryValue / E8;
  const gain = direction * (exitValue / E8 - (entry * exitE8) / entryE8) - feeE8;
  return gain / entry;
}

/** UTC day, `YYYY-MM-DD`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** What a record says was filled. */
export function fillOf(record: FillRecorded): Fill {
  return {
    at: record.tradedAt,
    instrument: record.instrument,
    side: record.side,
    amountE8: record.amountE8,
    priceE8: record.priceE8,
    feeE8: record.feeE8,
    feeCurrency: record.feeCurrency,
  };
}

/** A settlement ends a position like a fill, free, at what it was worth in coin. */
export function settledFill(record: SettlementRecorded): Fill {
  const amountE8 = Math.abs(record.amountE8);
  return {
    at: record.at,
    instrument: record.instrument,
    side: record.amountE8 > 0 ? 'sell' : 'buy',
    amountE8,
    priceE8: amountE8 === 0 ? 0 : Math.abs(Math.round((record.cashE8 * E8) / amountE8)),
    feeE8: 0,
    feeCurrency: record.currency,
  };
}
