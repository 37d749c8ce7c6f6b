/** A ledger in memory for a whole runtime: fresh, and gone with the test. */
import { MemoryDisk, openMemoryLedger } from '../src/ledger/index.ts';
import type { Clock, OpenLedger } from '../src/ports.ts';

export function openInMemory(clock: Clock): OpenLedger {
  return (post, onRecord) => {
    const opened = openMemoryLedger({
      disk: new MemoryDisk(),
      post,
      clock,
      epoch: 1,
      queueCapacity: 1_000,
      commitDeadlineMs: 5_000,
      onRecord,
    });
    if (!opened.ok) return Promise.reject(new Error(opened.damage.code));
    return Promise.resolve({ ...opened, epoch: 1 });
  };
}
