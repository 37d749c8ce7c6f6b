/** Commits that are acknowledged too soon, and tails that are believed (D-30). */
import type { Plant } from './plant.ts';

const CLASS = 'lie about the disk';
const UNREADABLE = ['ledger-opens', 'facts-equal-refold', 'recorded-before-risk'];

export const DISKS: readonly Plant[] = [
  {
    name: 'acknowledged-before-durable',
    class: CLASS,
    does: 'a commit is acknowledged when its write begins',
    file: 'packages/runtime/src/ledger/group-commit.ts',
    find: `      if (error !== null) this.#poison(error);
      else this.#settle(write.bytes.length);
    });
`,
    replace: `      if (error !== null) this.#poison(error);
    });
    this.#settle(write.bytes.length);
`,
    caughtBy: ['commits-are-whole', ...UNREADABLE],
    ground: 'worlds',
  },
  {
    name: 'write-error-forgotten',
    class: CLASS,
    does: 'a write that failed is acknowledged',
    file: 'packages/runtime/src/ledger/group-commit.ts',
    find: `      if (error !== null) this.#poison(error);
      else this.#settle(write.bytes.length);
    });
`,
    replace: `      if (error === null || this.#durable > 0) this.#settle(write.bytes.length);
    });
`,
    caughtBy: ['commits-are-whole', 'every-fill-once', ...UNREADABLE],
    ground: 'worlds',
  },
  {
    name: 'checksum-not-asked',
    class: CLASS,
    does: 'a frame that was torn counts as whole',
    file: 'packages/runtime/src/ledger/segment.ts',
    find: '  if (crc !== crc32(bytes.subarray(offset + 8, bodyEnd))) return null;\n',
    replace: '  if (crc < 0) return null;\n',
    caughtBy: UNREADABLE,
    ground: 'worlds',
  },
  {
    name: 'half-a-batch-believed',
    class: CLASS,
    does: 'the records of a torn batch count as far as they are whole',
    file: 'packages/runtime/src/ledger/scan.ts',
    find: '    if (!frame.endsBatch) continue;\n',
    replace: '',
    caughtBy: ['commits-are-whole'],
    ground: 'worlds',
  },
  {
    name: 'absence-without-a-form',
    class: CLASS,
    does: 'a reduction without a policy has no form in the ledger, and leaves on a waiver',
    file: 'packages/core/src/ledger/layout.ts',
    find: "  policyHash: ['policy_hash', nullable(id())],\n",
    replace: "  policyHash: ['policy_hash', id() as never],\n",
    caughtBy: ['everything-can-be-written'],
    ground: 'worlds',
  },
];
