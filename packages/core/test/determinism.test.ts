/** P1-B: the same inputs give the same intents, hashes and bytes, whatever order maps were filled in. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BTC_CALL, BTC_PUT, ETH_CALL, POLICY } from '../src/gates/context.fixture.ts';
import type { Instrument } from '../src/instrument/instrument.ts';
import { encodeRecord } from '../src/ledger/codec.ts';
import type { Policy } from '../src/policy.ts';
import { Desk } from './desk.ts';

const INSTRUMENTS = [BTC_CALL, BTC_PUT, ETH_CALL];

interface Outcome {
  /** Every record, as it goes to disk. */
  readonly bytes: readonly string[];
  readonly hashes: readonly string[];
  readonly labels: readonly string[];
  /** The gates each proposal passed, and where it was refused. */
  readonly traces: readonly string[];
}

/** Orders, a fill, a refusal and a close, under this policy and with the instruments in this order. */
function run(policy: Policy = POLICY, instruments: readonly Instrument[] = INSTRUMENTS): Outcome {
  const desk = new Desk({ policy, instruments }).boot();
  desk.propose();
  desk.fill(desk.submits[0], 'T1', 0.5);
  desk.report(desk.submits[0], 'cancelled', 0.5);
  desk.tick(1_000);
  desk.propose({ instrument: ETH_CALL.name, quantity: 2 });
  desk.tick(1_000);
  desk.propose({ quantity: 0.01 });
  desk.proposeClose(0.1);
  const intents = desk.recordsOf('intentRecorded');
  return {
    bytes: desk.records.map((record) => Buffer.from(encodeRecord(record)).toString('hex')),
    hashes: intents.map(({ terms }) => terms.intentHash),
    labels: intents.map(({ terms }) => terms.label),
    traces: desk.decisions.flatMap((each) =>
      each.kind === 'intentAdmitted' || each.kind === 'intentRejected'
        ? [`${each.intentId} ${each.kind} ${each.gateTrace.join(' ')}`]
        : [],
    ),
  };
}

function reversed<K, V>(map: ReadonlyMap<K, V>): Map<K, V> {
  return new Map([...map].reverse());
}

/** The same policy, with every map filled the other way round. */
const BACKWARDS: Policy = Object.freeze({
  ...POLICY,
  limits: { ...POLICY.limits, perUnderlying: reversed(POLICY.limits.perUnderlying) },
  exposure: { ...POLICY.exposure, deltaLimitE8: reversed(POLICY.exposure.deltaLimitE8) },
  universe: {
    ...POLICY.universe,
    underlyings: [...POLICY.universe.underlyings].reverse(),
    families: [...POLICY.universe.families].reverse(),
  },
});

describe('P1-B determinism', () => {
  const expected = run();

  it('the run is worth comparing: three orders, one refusal, a fill', () => {
    expect(expected.hashes).toHaveLength(3);
    expect(new Set(expected.hashes).size).toBe(3);
    expect(expected.traces).toHaveLength(4);
  });

  it('P1-B test_intent_determinism_same_inputs_same_hash: run after run, byte for byte', () => {
    for (let round = 0; round < 20; round += 1) expect(run()).toEqual(expected);
  });

  it('P1-B test_full_pipeline_determinism: in any order of policy maps', () => {
    expect(run(BACKWARDS)).toEqual(expected);
  });

  it('P1-B test_chokepoint_same_inputs_same_trace: in any order the instruments came in', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(INSTRUMENTS, { minLength: INSTRUMENTS.length }),
        (instruments) => {
          expect(run(POLICY, instruments)).toEqual(expected);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('another input gives another hash', () => {
    const other = new Desk({ instruments: INSTRUMENTS }).boot();
    other.propose({ quantity: 0.4 });
    expect(expected.hashes).not.toContain(other.recordsOf('intentRecorded')[0]?.terms.intentHash);
  });
});
