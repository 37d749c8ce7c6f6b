import type { Effect } from '@holdfast/core';
import type { LedgerRecord } from '@holdfast/core/ledger';
import type { State } from '@holdfast/core/step';
import { E8 } from '@holdfast/core/values';
import type { Notice } from '../exchange/notification.ts';
import { type Checker, demand, type WorldEnd } from './checker.ts';

/** Steps of the smallest option; less than this cannot be traded anywhere. */
const DUST_E8 = 10_000_000;

/**
 * When all is quiet nothing of a broken group is left at the venue: what its legs and rescues
 * filled, its closes have taken back, or it was not held when the group was called flat: a leg that
 * only took away from what was held the other way cannot be reduced (contract-1 section 23).
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
    if (label !== undefined) this.#filled.set(label, (this.#filled.get(label) ?? 0) + size);
  }

  /** What broken groups still hold, in words. */
  nakedOf({ fold, exchange, now }: WorldEnd): readonly string[] {
    const held = heldAt(exchange.handle('private/get_positions', { currency: 'any' }, now));
    const found: string[] = [];
    for (const { groupId, legs, state } of fold.facts.groups.values()) {
      const left = legs.map(({ label }, index) => this.#leftOf(groupId, label, index));
      const isWhole = legs.every(({ amountE8 }, index) => (left[index] ?? 0) >= amountE8);
      if (state === 'Complete' && isWhole) continue;
      for (const [index, leg] of legs.entries()) {
        const there = (held.get(leg.instrument) ?? 0) * (leg.side === 'buy' ? 1 : -1);
        const excused = this.#netted.get(`${groupId} ${index}`) ?? 0;
        const naked = Math.min((left[index] ?? 0) - excused, there);
        if (naked < DUST_E8) continue;
        found.push(`${groupId} ${state} holds ${naked / E8} of ${leg.instrument}`);
      }
    }
    return found;
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
