/** Orders that leave before, beside or without their `sending` marker (D-8). */
import type { Plant } from './plant.ts';

const CLASS = 'drop the sending marker';

export const MARKERS: readonly Plant[] = [
  {
    name: 'marker-never-written',
    class: CLASS,
    does: 'the marker is acknowledged and never written',
    file: 'packages/runtime/src/ledger/write-queue.ts',
    find: '      const start = at + FRAME_HEAD_BYTES;',
    replace: `      if (record.type === 'orderSending') continue;
      const start = at + FRAME_HEAD_BYTES;`,
    caughtBy: ['recorded-before-risk', 'commits-are-whole', 'facts-equal-refold'],
    ground: 'worlds',
  },
  {
    name: 'marker-after-the-send',
    class: CLASS,
    does: 'the order is sent first and its intent recorded afterwards',
    file: 'packages/core/src/turn/intent.ts',
    find: "  output.append(record, { type: 'orderSending', at: record.at, label });",
    replace: `  const early = { sending: new Set([label]) } as never;
  output.add({ kind: 'submit', order: { terms: record.terms } as never, receipt: early });
  observations.waived.add(label);
  output.append(record, { type: 'orderSending', at: record.at, label });`,
    caughtBy: ['recorded-before-risk'],
    ground: 'worlds',
  },
  {
    name: 'marker-ignored-at-recovery',
    class: CLASS,
    does: 'a marker in the ledger does not make its order a sent one',
    file: 'packages/core/src/order/lifecycle.ts',
    find: '      order.sendingRecorded = true;\n',
    replace: '',
    caughtBy: ['no-duplicate-dispatch', 'nothing-illegal-at-the-venue'],
    ground: 'worlds',
  },
];
