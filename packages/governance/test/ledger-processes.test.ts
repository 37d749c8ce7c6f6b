import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyLedger } from '../src/operations/signoff/verify-ledger.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-ids-'));
afterAll(() => rmSync(root, { recursive: true }));
const LEDGER = join(import.meta.dirname, '../src/operations/signoff/ledger.ts');

/** A process of its own that takes ids one after the other. */
async function taker(count: number): Promise<readonly string[]> {
  const script = `
    import { allocateId } from ${JSON.stringify(LEDGER)};
    const request = { environment: 'PAPER', requestedBy: 'ana', now: Date.UTC(2026, 2, 1) };
    for (let n = 0; n < ${count}; n += 1) {
      const answer = allocateId(${JSON.stringify(root)}, request);
      console.log(answer.ok ? answer.value : JSON.stringify(answer));
    }`;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
  return stdout.trim().split('\n');
}

describe('processes that declare at once', () => {
  it('O-12 get ids of their own, without a gap', async () => {
    const taken = await Promise.all([taker(5), taker(5)]);
    const ids = taken.flat().toSorted();
    const expected = Array.from(
      { length: 10 },
      (_, at) => `OPS-2026-03-01-${String(at + 1).padStart(3, '0')}`,
    );
    expect(ids).toEqual(expected);
    expect(verifyLedger(root, { anchors: false })).toEqual([]);
  });
});
