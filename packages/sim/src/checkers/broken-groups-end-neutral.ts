import type { LedgerRecord } from '@holdfast/core/ledger';
import { E8 } from '@holdfast/core/values';
import { type Checker, demand } from './checker.ts';

/** Steps of the smallest option; less than this cannot be traded anywhere. */
const DUST_E8 = 10_000_000;

/**
 * When all is quiet nothing of a broken group is left at the venue: what its legs and rescues
 * filled, its closes have taken back, or it was not held when the group was called flat: a leg that
 * only took away from what was held the other way cannot be reduced (contract-1 section 23).
 */
export function brokenGroupsEndNeutral(): Checker {
  const name = 'broken-groups-end-neutral';
  const filled = new Map<string, number>();
  const trades = new Set<string>();
  const plans = new Map<string, Extract<LedgerRecord, { type: 'containmentPlanned' }>>();
  const positions = new Map<string, number>();
  /** What of each leg there was nothing to close against, when its group was called flat. */
  const netted = new Map<string, number>();
  /** Filled by the leg and its rescues, less what was closed. */
  const leftOf = (groupId: string, leg: string, index: number): number => {
    let left = filled.get(leg) ?? 0;
    for (const [label, plan] of plans) {
      if (plan.parentGroupId !== groupId || plan.legIndex !== index) continue;
      const amount = filled.get(label) ?? 0;
      if (plan.purpose === 'rescue') left += amount;
      if (plan.purpose === 'close') left -= amount;
    }
    return left;
  };
  return {
    name,
    onEffect(effect, state) {
      if (effect.kind !== 'append') return;
      for (const record of effect.records) {
        if (record.type === 'containmentPlanned') plans.set(record.label, record);
        if (record.type !== 'groupStateChanged' || record.state !== 'Flattened') continue;
        const group = state.facts.groups.get(record.groupId);
        for (const [index, leg] of group?.legs.entries() ?? []) {
          const there = (positions.get(leg.instrument) ?? 0) * (leg.side === 'buy' ? 1 : -1);
          const left = leftOf(record.groupId, leg.label, index);
          netted.set(`${record.groupId} ${index}`, Math.max(0, left - Math.max(0, there)));
        }
      }
    },
    onNotice(...[kind, payload]) {
      if (kind !== 'trade') return;
      const { trade_id: id, label, amount, direction, instrument_name: held } = payload;
      if (trades.has(id)) return;
      trades.add(id);
      const signed = Math.round(amount * E8) * (direction === 'buy' ? 1 : -1);
      positions.set(held, (positions.get(held) ?? 0) + signed);
      if (label === undefined) return;
      filled.set(label, (filled.get(label) ?? 0) + Math.round(amount * E8));
    },
    atEnd({ state, fold, exchange, now }) {
      const held = heldAt(exchange.handle('private/get_positions', { currency: 'any' }, now));
      demand(state.facts.openGroups.size === 0, name, () => 'a group is still open');
      for (const group of fold.facts.groups.values()) {
        const left = group.legs.map((leg, index) => leftOf(group.groupId, leg.label, index));
        const isWhole = group.legs.every(({ amountE8 }, index) => (left[index] ?? 0) >= amountE8);
        if (group.state === 'Complete' && isWhole) continue;
        for (const [index, leg] of group.legs.entries()) {
          const there = (held.get(leg.instrument) ?? 0) * (leg.side === 'buy' ? 1 : -1);
          const excused = netted.get(`${group.groupId} ${index}`) ?? 0;
          const naked = Math.min((left[index] ?? 0) - excused, there);
          demand(
            naked < DUST_E8,
            name,
            () => `${group.groupId} ${group.state} holds ${naked / E8} of ${leg.instrument}`,
          );
        }
      }
    },
  };
}

function heldAt(answer: { readonly ok: boolean }): ReadonlyMap<string, number> {
  if (!answer.ok || !('result' in answer)) throw new Error('positions cannot be read');
  const rows = answer.result as readonly { instrument_name: string; size: number }[];
  return new Map(rows.map((row) => [row.instrument_name, Math.round(row.size * E8)]));
}
