import type { LedgerRecord } from '@holdfast/core/ledger';
import { scanLedger, type SegmentSource } from '@holdfast/runtime/ledger';
import { type Checker, demand } from './checker.ts';

/**
 * Once a loss is on record as latched, nothing that could add risk leaves until its reset, with an
 * approval, is on record too; a restart changes nothing about that. And no reset is recorded for
 * what is not latched, or without anybody who approved it.
 */
export function lossLatchStands(): Checker {
  const name = 'loss-latch-stands';
  let latched = new Set<string>();
  const follow = (record: LedgerRecord): void => {
    if (record.type === 'lossLatched') latched.add(record.limit);
    if (record.type !== 'lossLatchReset') return;
    const { limit, approval, approvers } = record;
    const isProper = latched.has(limit) && /^[0-9a-f]{64}$/.test(approval) && approvers.length > 0;
    demand(isProper, name, () => `${limit} was reset without a latch, or without an approval`);
    latched.delete(limit);
  };
  const replay = (ledger: SegmentSource): void => {
    latched = new Set();
    for (const { record } of scanLedger(ledger)) follow(record);
  };
  return {
    name,
    onBoot(_state, _fold, ledger) {
      replay(ledger);
    },
    onEvent(event) {
      if (event.kind === 'recorded') for (const record of event.records) follow(record);
    },
    onEffect(effect) {
      if (effect.kind !== 'submit' || effect.order.terms.reduceOnly) return;
      const { label } = effect.order.terms;
      demand(latched.size === 0, name, () => `${label} left under ${[...latched].join(', ')}`);
    },
  };
}
