import type { Effect } from '@holdfast/core';
import type { LedgerRecord } from '@holdfast/core/ledger';
import type { State } from '@holdfast/core/step';
import { E8 } from '@holdfast/core/values';
import type { Notice } from '../exchange/notification.ts';
import { type Checker, demand, type WorldEnd } from './checker.ts';

/** Steps of the smallest option; less than this cannot be traded anywhere. */
const DUST_E8 = 10_000_000;
/** A hedge is rounded down to a step, and a delta has moved a little since. */
const UNHEDGED_E8 = 200_000;
const UNHEDGED_SHARE = 0.02;

/**
 * When all is quiet nothing of a broken group is left at the venue: what its legs and rescues
 * filled, its closes have taken back, or it was not held when the group was called flat: a leg that
 * only took away from what was held the other way cannot be reduced (contract-1 section 23). Or its
 * hedges have traded the opposite of its delta, as the venue tells it (section 24.2).
 */
export function brokenGroupsEndNeutral(): Checker {
  const name = 'broken-groups-end-neutral';
  const books = new TradedBooks();
  return {
    name,
    onEffect: (effect, state) => books.see(effect, state),
    onNotice: (...notice) => books.tell(notice),
    atEnd(end) {
      demand(end.state.facts.openGroups.size === 0, name, () => 'a group is still open');
      for (const found of books.nakedOf(end)) demand(false, name, () => found);
    },
  };
}

type Planned = Extract<LedgerRecord, { type: 'containmentPlanned' }>;

/** What was traded under each label, and what of it a flat group could not have closed. */
class TradedBooks {
  readonly #filled = new Map<string, number>();
  /** The same with its sign. */
  readonly #signed = new Map<string, number>();
  readonly #positions = new Map<string, number>();
  readonly #trades = new Set<string>();
  readonly #plans = new Map<string, Planned>();
  /** What of each leg there was nothing to close against, when its group was called flat. */
  readonly #netted = new Map<string, number>();

  see(effect: Effect, { facts }: State): void {
    if (effect.kind !== 'append') return;
    for (const record of effect.records) {
      if (record.type === 'containmentPlanned') this.#plans.set(record.label, record);
      if (record.type !== 'groupStateChanged' || record.state !== 'Flattened') continue;
      const { groupId } = record;
      for (const [index, leg] of facts.groups.get(groupId)?.legs.entries() ?? []) {
        const sign = leg.side === 'buy' ? 1 : -1;
        const there = Math.max(0, (this.#positions.get(leg.instrument) ?? 0) * sign);
        const left = this.#leftOf(groupId, leg.label, index);
        this.#netted.set(`${groupId} ${index}`, Math.max(0, left - there));
      }
    }
  }

  tell([kind, payload]: Notice): void {
    if (kind !== 'trade' || this.#trades.has(payload.trade_id)) return;
    const { trade_id: id, label, amount, direction, instrument_name: held } = payload;
    this.#trades.add(id);
    const size = Math.round(amount * E8);
    const signed = direction === 'buy' ? size : -size;
    this.#positions.set(held, (this.#positions.get(held) ?? 0) + signed);
    if (label === undefined) return;
    this.#filled.set(label, (this.#filled.get(label) ?? 0) + size);
    this.#signed.set(label, (this.#signed.get(label) ?? 0) + signed);
  }

  /** What broken groups still hold, in words. */
  nakedOf({ fold, exchange, now }: WorldEnd): readonly string[] {
    const held = heldAt(exchange.handle('private/get_positions', { currency: 'any' }, now));
    const found: string[] = [];
    for (const { groupId, legs, state } of fold.facts.groups.values()) {
      const left = legs.map(({ label }, index) => this.#leftOf(groupId, label, index));
      const isWhole = legs.every(({ amountE8 }, index) => (left[index] ?? 0) >= amountE8);
      if (state === 'Complete' && isWhole) continue;
      const naked = legs.map(({ instrument, side }, index) => {
        const there = (held.get(instrument) ?? 0) * (side === 'buy' ? 1 : -1);
        const excused = this.#netted.get(`${groupId} ${index}`) ?? 0;
        return Math.min((left[index] ?? 0) - excused, there);
      });
      const isNaked = naked.some((amount) => amount >= DUST_E8);
      if (!isNaked || this.#isHedged(groupId, legs, naked, { exchange, now })) continue;
      const what = legs.map(({ instrument }, index) => `${(naked[index] ?? 0) / E8} ${instrument}`);
      found.push(`${groupId} ${state} holds ${what.join(', ')}`);
    }
    return found;
  }

  /** Its hedges traded, and what it holds is worth their opposite by the venue's own deltas. */
  #isHedged(
    groupId: string,
    legs: readonly { readonly instrument: string; readonly side: 'buy' | 'sell' }[],
    naked: readonly number[],
    venue: Pick<WorldEnd, 'exchange' | 'now'>,
  ): boolean {
    let hedged = 0;
    for (const [label, { parentGroupId, purpose }] of this.#plans) {
      if (parentGroupId === groupId && purpose === 'hedge') hedged += this.#signed.get(label) ?? 0;
    }
    if (hedged === 0) return false;
    const open = legs.reduce((sum, { instrument, side }, index) => {
      const amount = Math.max(0, naked[index] ?? 0) * (side === 'buy' ? 1 : -1);
      return sum + amount * deltaAt(venue, instrument);
    }, 0);
    return Math.abs(open + hedged) <= UNHEDGED_E8 + Math.abs(open) * UNHEDGED_SHARE;
  }

  /** Filled by the leg and its rescues, less what was closed. */
  #leftOf(groupId: string, leg: string, index: number): number {
    let left = this.#filled.get(leg) ?? 0;
    for (const [label, { parentGroupId, legIndex, purpose }] of this.#plans) {
      if (parentGroupId !== groupId || legIndex !== index) continue;
      const amount = this.#filled.get(label) ?? 0;
      if (purpose === 'rescue') left += amount;
      if (purpose === 'close') left -= amount;
    }
    return left;
  }
}

function heldAt(answer: { readonly ok: boolean }): ReadonlyMap<string, number> {
  if (!answer.ok || !('result' in answer)) throw new Error('positions cannot be read');
  const rows = answer.result as readonly { instrument_name: string; size: number }[];
  return new Map(rows.map((row) => [row.instrument_name, Math.round(row.size * E8)]));
}

/** As the venue tells it; a future has none and moves as its coin. */
function deltaAt(
  { exchange, now }: Pick<WorldEnd, 'exchange' | 'now'>,
  instrument: string,
): number {
  const answer = exchange.handle('public/ticker', { instrument_name: instrument }, now);
  if (!answer.ok) return 1;
  const { greeks } = answer.result as { readonly greeks?: { readonly delta?: number } };
  return greeks?.delta ?? 1;
}
