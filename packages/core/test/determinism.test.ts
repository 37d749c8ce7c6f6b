/**
 * P1-B: the same inputs give the same intents, hashes and bytes, whatever order maps were filled
 * in, in whatever process.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Desk } from './desk.ts';
import { begin, fixedRun, foldAndConclude, type Outcome, outcomeOf } from './fixed-run.ts';

const PROGRAM = fileURLToPath(new URL('./fixed-run.ts', import.meta.url));

function inAnotherProcess(word: string, input = ''): Outcome {
  const printed = execFileSync(process.execPath, [PROGRAM, word], { encoding: 'utf8', input });
  return JSON.parse(printed) as Outcome;
}

describe('P1-B determinism', () => {
  const expected = fixedRun();

  it('the run is worth comparing: three orders, one refusal, a fill', () => {
    expect(expected.hashes).toHaveLength(3);
    expect(new Set(expected.hashes).size).toBe(3);
    expect(expected.traces).toHaveLength(4);
  });

  it('P1-B test_intent_determinism_same_inputs_same_hash: run after run, byte for byte', () => {
    for (let round = 0; round < 20; round += 1) expect(fixedRun()).toEqual(expected);
  });

  it('P1-B test_full_pipeline_determinism: in any order that maps and lists were filled in', () => {
    expect(fixedRun('reversed')).toEqual(expected);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
        expect(fixedRun(seed)).toEqual(expected);
      }),
      { numRuns: 12 },
    );
  });

  it('P1-B test_chokepoint_same_inputs_same_trace: the same gates, in the same order', () => {
    for (const order of ['given', 'reversed', 7] as const) {
      expect(fixedRun(order).traces).toEqual(expected.traces);
    }
  });

  it('P1-B in another process, and in the one after it', () => {
    for (const word of ['given', 'reversed', '20261121']) {
      expect(inAnotherProcess(word)).toEqual(expected);
    }
  });

  it('P1-B in a process that folded the ledger of the one before it', () => {
    const before = inAnotherProcess('begin');
    expect(before.hashes).toHaveLength(2);
    const after = inAnotherProcess('fold', JSON.stringify(before));
    expect(after.hashes).toEqual(expected.hashes);
    expect(after.labels).toEqual(expected.labels);
    expect(after.bytes.slice(0, before.bytes.length)).toEqual(before.bytes);
    expect(after.traces).toEqual(expected.traces.slice(-2));
    expect(foldAndConclude(outcomeOf(begin()).bytes)).toEqual(after);
  });

  it('another input gives another hash', () => {
    const other = new Desk().boot();
    other.propose({ quantity: 0.4 });
    expect(expected.hashes).not.toContain(other.recordsOf('intentRecorded')[0]?.terms.intentHash);
  });
});
