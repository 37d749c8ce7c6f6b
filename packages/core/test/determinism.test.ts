/**
 * P1-B: the same inputs give the same intents, hashes and bytes, whatever order maps were filled
 * in.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { POLICY } from '../src/gates/context.fixture.ts';
import type { Policy } from '../src/policy.ts';
import { Desk } from './desk.ts';
import { fixedRun, INSTRUMENTS } from './fixed-run.ts';

function reversed<K, V>(map: ReadonlyMap<K, V>): Map<K, V> {
  return new Map([...map].toReversed());
}

/** The same policy, with every map filled the other way round. */
const BACKWARDS: Policy = Object.freeze({
  ...POLICY,
  limits: { ...POLICY.limits, perUnderlying: reversed(POLICY.limits.perUnderlying) },
  exposure: { ...POLICY.exposure, deltaLimitE8: reversed(POLICY.exposure.deltaLimitE8) },
  universe: {
    ...POLICY.universe,
    underlyings: [...POLICY.universe.underlyings].toReversed(),
    families: [...POLICY.universe.families].toReversed(),
  },
});

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

  it('P1-B test_full_pipeline_determinism: in any order of policy maps', () => {
    expect(fixedRun(BACKWARDS)).toEqual(expected);
  });

  it('P1-B test_chokepoint_same_inputs_same_trace: in any order the instruments came in', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...INSTRUMENTS], { minLength: INSTRUMENTS.length }),
        (instruments) => {
          expect(fixedRun(POLICY, instruments)).toEqual(expected);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('P1-B in another process, and in the one after it', () => {
    const program = fileURLToPath(new URL('./fixed-run.ts', import.meta.url));
    for (let run = 0; run < 2; run += 1) {
      const printed = execFileSync(process.execPath, [program], { encoding: 'utf8' });
      expect(JSON.parse(printed)).toEqual(expected);
    }
  });

  it('another input gives another hash', () => {
    const other = new Desk({ instruments: INSTRUMENTS }).boot();
    other.propose({ quantity: 0.4 });
    expect(expected.hashes).not.toContain(other.recordsOf('intentRecorded')[0]?.terms.intentHash);
  });
});
