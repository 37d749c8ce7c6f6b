/** Positions that are invented, or believed against the venue (D-14). */
import type { Plant } from './plant.ts';

const CLASS = 'believe other positions';

export const POSITIONS: readonly Plant[] = [
  {
    name: 'fill-invented',
    class: CLASS,
    does: 'a position no trade explains is booked as a trade',
    file: 'packages/core/src/turn/reconciliation.ts',
    find: '  for (const cancel of plan.cancels) {\n',
    replace: `  const theirs = plan.inventoryMismatch ? snapshot.positions : [];
  for (const { instrument, amountE8 } of theirs) {
    const listing = observations.listings.get(instrument);
    const missing = amountE8 - (state.facts.positions.get(instrument)?.amountE8 ?? 0);
    if (listing === undefined || missing <= 0) continue;
    output.append({
      type: 'fillRecorded',
      at: wallMs(snapshot.at),
      tradeId: \`made-up-\${snapshot.at}\` as never,
      label: null,
      venueOrderId: null,
      strategyId: null,
      instrument,
      side: 'buy',
      amountE8: missing as never,
      priceE8: 1 as never,
      feeE8: 0 as never,
      feeCurrency: listing.instrument.underlying,
      cashE8: 0 as never,
      indexPriceE8: 1 as never,
      tradedAt: wallMs(snapshot.at),
      source: 'reconciliation',
    });
  }
  for (const cancel of plan.cancels) {
`,
    caughtBy: ['every-fill-once', 'positions-equal-the-venue'],
    ground: 'scenarios',
  },
  {
    name: 'fee-counted-wrong',
    class: CLASS,
    does: 'the ledger counts more fees than its fills were charged',
    file: 'packages/core/src/apply.ts',
    find: '  total.feesE8 = coinE8(total.feesE8 + fee);\n',
    replace: '  total.feesE8 = coinE8(total.feesE8 + fee + 1);\n',
    caughtBy: ['cash-equals-the-venue'],
    ground: 'worlds',
  },
  {
    name: 'mismatch-ignored',
    class: CLASS,
    does: 'a venue that holds something else than we do agrees with us',
    file: 'packages/core/src/reconcile/positions.ts',
    find: '  if (Math.abs(ours - venue) <= epsilon * E8) return;',
    replace: '  if (Math.abs(ours - venue) <= epsilon * E8 * 1e9) return;',
    caughtBy: ['no-open-in-doubt', 'latch-opens-by-reconciliation'],
    ground: 'scenarios',
  },
  {
    name: 'fact-before-its-record',
    class: CLASS,
    does: 'a trade counts when it is heard and not when it is on record',
    file: 'packages/core/src/turn/account.ts',
    find: '  observations.pendingTrades.add(fill.tradeId);\n',
    replace: `  observations.pendingTrades.add(fill.tradeId);
  facts.seenTrades.add(fill.tradeId);
`,
    caughtBy: ['facts-change-by-record'],
    ground: 'worlds',
  },
  {
    name: 'fill-booked-on-the-wrong-side',
    class: CLASS,
    does: 'a sale adds to what is held',
    file: 'packages/core/src/apply.ts',
    find: "  const signed = record.side === 'buy' ? record.amountE8 : 0 - record.amountE8;",
    replace: '  const signed = 0 + record.amountE8;',
    caughtBy: ['facts-change-by-record', 'positions-equal-the-venue'],
    ground: 'worlds',
  },
];
