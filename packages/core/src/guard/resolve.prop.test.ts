import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { monoMs, wallMs } from '../values/index.ts';
import { BASELINE_NOW, baselineInputs, before, overrides } from './baseline.fixture.ts';
import {
  KILL_REASON_CODES,
  OPEN_PERMISSION_REASON_CODES,
  REDUCE_ONLY_REASON_CODES,
} from './codes.ts';
import { explainMode } from './explain.ts';
import type { GuardInputs, Reading } from './inputs.ts';
import { resolveMode } from './resolve.ts';

const T = BASELINE_NOW;
const ORDER: readonly string[] = [...KILL_REASON_CODES, ...REDUCE_ONLY_REASON_CODES];

const instant = fc.oneof(
  fc.constantFrom(null, monoMs(Number.NaN), monoMs(T + 5_000)),
  fc.integer({ min: 0, max: 1_200_000 }).map((age) => monoMs(T - age)),
);
const ratio = fc.oneof(
  fc.constantFrom(0.1, 0.7, 0.85, 0.92, 0.95, 1.5, Number.NaN, -1),
  fc.double({ min: 0, max: 1.2 }),
);
const reading: fc.Arbitrary<Reading<number> | null> = fc.option(
  fc.record({ value: ratio, at: instant.map((at) => at ?? monoMs(Number.NaN)) }),
);
const flag = fc.option(fc.boolean());

const candidate = fc.constantFrom(
  { kind: 'None' } as const,
  { kind: 'ForceReduceOnly' } as const,
  { kind: 'ForceKill' } as const,
  null,
);

const inputs: fc.Arbitrary<GuardInputs> = fc
  .record({
    enforcedProfile: fc.constantFrom('CSP', 'GOP', 'FULL', null),
    policyGeneratedAt: instant,
    watchdogHeartbeatAt: instant,
    loopTickAt: instant,
    riskState: fc.constantFrom('Healthy', 'Degraded', 'Maintenance', 'Kill', null),
    certificate: fc.constantFrom('PASS', 'FAIL', 'STALE', 'MISSING', 'INVALID', null),
    feeModelCachedAt: instant.map((at) => (at === null ? null : wallMs(at))),
    mmUtil: reading,
    diskUsed: reading,
    diskUsedSecondary: reading,
    emergencyReduceOnlyActive: flag,
    latchReasons: fc.option(fc.subarray([...OPEN_PERMISSION_REASON_CODES])),
    sessionKillActive: flag,
    count10028In5m: fc.option(fc.integer({ min: 0, max: 6 })),
    bunkerModeActive: fc.constantFrom(true, false, null),
    overrides: fc.record({
      cortex: candidate,
      exchangeHealth: candidate,
      basis: candidate,
      contract: candidate.filter((override) => override !== null),
    }),
    evidenceChain: fc.constantFrom('GREEN', 'RED', null),
  } as const)
  .map((changes) => baselineInputs(changes as Partial<GuardInputs>));

it('reasons are empty in Active only, of one tier, once, in order', () => {
  fc.assert(
    fc.property(inputs, (given) => {
      const { mode, reasons } = resolveMode(given);
      expect(reasons.length === 0).toBe(mode === 'Active');
      const tier = mode === 'Kill' ? 'KILL_' : 'REDUCEONLY_';
      expect(reasons.every((reason) => reason.startsWith(tier))).toBe(true);
      const places = reasons.map((reason) => ORDER.indexOf(reason));
      expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
      expect(explainMode(given).length > 0).toBe(mode !== 'Active');
    }),
    { numRuns: 2000 },
  );
});

const RANK = { Active: 0, ReduceOnly: 1, Kill: 2 } as const;
/** One thing worse than the baseline, of every ceiling. */
const WORSE: readonly Partial<GuardInputs>[] = [
  { riskState: 'Kill' },
  { riskState: 'Maintenance' },
  { mmUtil: { value: 0.99, at: before(1) } },
  { overrides: overrides({ cortex: { kind: 'ForceKill' } }) },
  { overrides: overrides({ cortex: null }) },
  { emergencyReduceOnlyActive: true },
  { latchReasons: ['RESTART_RECONCILE_REQUIRED'] },
  { bunkerModeActive: true },
  { certificate: 'FAIL' },
  { policyGeneratedAt: null },
  { sessionKillActive: true, count10028In5m: 3 },
];

it('one more trouble never loosens the mode', () => {
  fc.assert(
    fc.property(fc.subarray([...WORSE]), fc.constantFrom(...WORSE), (troubles, more) => {
      const given = baselineInputs(Object.assign({}, ...troubles) as Partial<GuardInputs>);
      const changed = Object.keys(more) as (keyof GuardInputs)[];
      // Replacing a worse value of the same input by a milder one is not "one more trouble".
      fc.pre(changed.every((key) => given[key] === baselineInputs()[key]) || troubles.length === 0);
      const rank = RANK[resolveMode(given).mode];
      expect(RANK[resolveMode({ ...given, ...more }).mode]).toBeGreaterThanOrEqual(rank);
    }),
  );
});

const OLD: Reading<number> = Object.freeze({ value: 0.1, at: before(31_000) });
const NEW: Reading<number> = Object.freeze({ value: 0.851, at: T });

/**
 * Every order in which the producer's steps can fall between the consumer's, each side keeping its
 * own order.
 */
function interleavings<Step>(producer: readonly Step[], consumer: readonly Step[]): Step[][] {
  const [nextProducer, ...restProducer] = producer;
  const [nextConsumer, ...restConsumer] = consumer;
  if (nextProducer === undefined) return [[...consumer]];
  if (nextConsumer === undefined) return [[...producer]];
  return [
    ...interleavings(restProducer, consumer).map((rest) => [nextProducer, ...rest]),
    ...interleavings(producer, restConsumer).map((rest) => [nextConsumer, ...rest]),
  ];
}

/** Runs each interleaving on a fresh store and collects the outcomes of the evaluation. */
function outcomesOf(
  publish: (store: { reading: Reading<number> }) => readonly (() => void)[],
  take: (
    store: { reading: Reading<number> },
    taken: { value: number; at: typeof T },
  ) => readonly (() => void)[],
): ReadonlySet<string> {
  const outcomes = new Set<string>();
  const width = { producer: publish({ reading: OLD }).length, consumer: 0 };
  width.consumer = take({ reading: OLD }, { value: 0, at: T }).length;
  const plans = interleavings(Array(width.producer).fill('p'), Array(width.consumer).fill('c'));
  for (const plan of plans) {
    const store = { reading: { ...OLD } as Reading<number> };
    const taken = { value: Number.NaN, at: monoMs(Number.NaN) };
    const producer = [...publish(store)];
    const consumer = [...take(store, taken)];
    for (const side of plan) (side === 'p' ? producer : consumer).shift()?.();
    const { mode, reasons } = resolveMode(baselineInputs({ mmUtil: { ...taken } }));
    outcomes.add([mode, ...reasons].join(' '));
  }
  return outcomes;
}

const OLD_OUTCOME = 'ReduceOnly REDUCEONLY_INPUT_MISSING_OR_STALE';
const NEW_OUTCOME = 'ReduceOnly REDUCEONLY_MARGIN_MM_UTIL_HIGH';

it('AT-1054 whichever way a margin update falls into a snapshot, the mode is never Active', () => {
  const swap = (store: { reading: Reading<number> }) => [
    () => undefined,
    () => {
      store.reading = NEW;
    },
    () => undefined,
  ];
  const snapshot = (
    store: { reading: Reading<number> },
    taken: { value: number; at: typeof T },
  ) => {
    let seen: Reading<number> = OLD;
    return [
      () => {
        seen = store.reading;
      },
      () => {
        taken.value = seen.value;
      },
      () => {
        taken.at = seen.at;
      },
    ];
  };
  expect([...outcomesOf(swap, snapshot)].sort()).toEqual([OLD_OUTCOME, NEW_OUTCOME]);
});

it('the harness can see a torn pair: value and timestamp published apart do give Active', () => {
  const apart = (store: { reading: Reading<number> }) => [
    () => {
      store.reading = { value: store.reading.value, at: NEW.at };
    },
    () => {
      store.reading = { value: NEW.value, at: store.reading.at };
    },
  ];
  const fields = (store: { reading: Reading<number> }, taken: { value: number; at: typeof T }) => [
    () => {
      taken.value = store.reading.value;
    },
    () => {
      taken.at = store.reading.at;
    },
  ];
  expect(outcomesOf(apart, fields)).toContain('Active');
});
