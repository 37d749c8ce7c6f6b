import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monoMs } from '../values/index.ts';
import type { GateAnswer } from './answers.ts';
import {
  BTC_CALL,
  bookOf,
  candidateOf,
  contextOf,
  exposureOf,
  listingOf,
  NOW,
  rateOf,
  reducingCandidateOf,
} from './context.fixture.ts';
import type { Candidate, GateContext } from './gate.ts';
import { admit, GATES } from './gates.ts';

/** In 1e-2, so that limits are met exactly now and then. */
const hundredths = (min: number, max: number) =>
  fc.integer({ min: min * 100, max: max * 100 }).map((part) => part / 100);

const world = fc
  .record({
    mmUtil: hundredths(0.6, 0.75),
    feeModelAgeS: fc.integer({ min: 0, max: 950 }),
    bookAgeMs: fc.integer({ min: 0, max: 1_100 }),
    current: hundredths(-12, 12),
    pending: hundredths(0, 3),
    position: hundredths(-1, 1),
    sentMsAgo: fc.array(fc.integer({ min: 150, max: 3_000 }), { maxLength: 8 }),
    available: fc.integer({ min: 3, max: 20 }),
    depth: fc.constantFrom(0, 1_023, 1_024),
    size: fc.integer({ min: 1, max: 20 }),
  })
  .map((seed): Partial<GateContext> => {
    const { bookAgeMs, size, mmUtil, feeModelAgeS } = seed;
    const updatedAt = monoMs(NOW - bookAgeMs);
    const asks = [[480, size] as const, [485, 20] as const];
    const book = bookOf([[475, 20]], asks, { updatedAt });
    const listing = listingOf({ instrument: BTC_CALL, book });
    return {
      mmUtil,
      feeModelAgeS,
      listings: new Map([...contextOf().listings, [BTC_CALL.name, listing]]),
      exposure: exposureOf({
        current: { BTC: seed.current },
        pendingLong: { BTC: seed.pending },
        position: seed.position,
      }),
      rate: rateOf(seed.sentMsAgo),
      requests: { available: seed.available, reserved: 5 },
      ledger: { depth: seed.depth, capacity: 1_024, refusal: null },
    };
  });

const leg = fc.record({
  quantity: hundredths(0.1, 3),
  grossEdgeUsd: fc.integer({ min: 5, max: 300 }),
  limitPrice: fc.option(fc.constantFrom(0.0475, 0.048, 0.0485)),
});

type Numbers = GateAnswer['numbers'];

/** What each gate's numbers must say where it passed, and cannot where it refused by them. */
const HOLDS: Readonly<Record<string, (n: Numbers) => boolean>> = {
  'rate-budget': (n) =>
    at(n, 'requestsAvailable') - 1 >= at(n, 'requestsReserved') &&
    (n['msSinceLastOrder'] === null || at(n, 'msSinceLastOrder') >= at(n, 'minOrderIntervalMs')) &&
    at(n, 'ordersInSecond') <= at(n, 'maxOrdersPerSecond') &&
    at(n, 'ordersInMinute') <= at(n, 'maxOrdersPerMinute'),
  'metadata-fresh': (n) => at(n, 'metadataAgeMs') <= at(n, 'metadataMaxAgeMs'),
  'margin-headroom': (n) => at(n, 'mmUtil') < at(n, 'mmUtilRejectOpens'),
  'fee-fresh': (n) => at(n, 'feeModelAgeS') <= at(n, 'feeModelMaxAgeS'),
  liquidity: (n) =>
    at(n, 'bookAgeMs') <= at(n, 'bookMaxAgeMs') && at(n, 'slippageBps') <= at(n, 'maxSlippageBps'),
  'pending-exposure': (n) => at(n, 'reachedDelta') <= at(n, 'deltaLimit'),
  'global-exposure': (n) => at(n, 'exposureUsd') <= at(n, 'exposureLimitUsd'),
  'launch-limits': (n) =>
    at(n, 'reachedDelta') <= at(n, 'maxDelta') && at(n, 'leverage') <= at(n, 'maxLeverage'),
  losses: (n) =>
    at(n, 'dailyLossUsd') < at(n, 'maxDailyLossUsd') &&
    at(n, 'weeklyLossUsd') < at(n, 'maxWeeklyLossUsd') &&
    at(n, 'drawdownUsd') < at(n, 'maxDrawdownUsd'),
  greeks: (n) =>
    at(n, 'gammaBtc') <= at(n, 'maxGammaBtc') && at(n, 'vegaUsd') <= at(n, 'maxVegaUsd'),
  'stage-caps': (n) =>
    at(n, 'contracts') <= at(n, 'maxSingleOrderContracts') &&
    at(n, 'openPositions') <= at(n, 'maxOpenPositions') &&
    at(n, 'dailyVolumeUsd') <= at(n, 'maxDailyVolumeUsd'),
  'ledger-headroom': (n) => at(n, 'ledgerDepth') < at(n, 'ledgerCapacity'),
};

/** What is unknown passes no comparison. */
function at(numbers: Numbers, name: string): number {
  if (!Object.hasOwn(numbers, name)) throw new Error(`${name} is not among the numbers`);
  return numbers[name] ?? Number.NaN;
}

/** Where a refusal's operand is one of the numbers its gate noted, and by what name. */
const OPERANDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  LiquidityGateNoL2: { bookAgeMs: 'bookAgeMs', maxAgeMs: 'bookMaxAgeMs' },
  ExpectedSlippageTooHigh: { slippageBps: 'slippageBps', maxSlippageBps: 'maxSlippageBps' },
  NetEdgeTooLow: { netEdgeUsd: 'netEdgeUsd' },
  InventorySkew: { netEdgeUsd: 'netEdgeUsd', adjustedMinEdgeUsd: 'adjustedMinEdgeUsd' },
  PendingExposureBudgetExceeded: { limit: 'deltaLimit' },
  GlobalExposureBudgetExceeded: { exposureUsd: 'exposureUsd', limitUsd: 'exposureLimitUsd' },
  MarginHeadroomRejectOpens: { mmUtil: 'mmUtil', threshold: 'mmUtilRejectOpens' },
  FeeCacheStale: { ageS: 'feeModelAgeS', hardS: 'feeModelMaxAgeS' },
  RateLimitBrownout: { available: 'requestsAvailable', reserved: 'requestsReserved' },
};

describe('the answers of the gates', () => {
  it('show the numbers each was made of: those that passed hold, the refusal’s are its own', () => {
    const refusedBy = new Set<string>();
    const compared = new Set<string>();
    fc.assert(
      fc.property(world, leg, (parts, proposed) => {
        const admission = admit(contextOf(parts), candidateOf(proposed));
        const answers = admission.answers.list();
        expect(answers.map(({ gate }) => gate).slice(0, admission.trace.length)).toEqual(
          admission.trace,
        );
        for (const { gate, passed, numbers } of answers) {
          const holds = HOLDS[gate];
          if (passed && holds !== undefined) expect(holds(numbers), gate).toBe(true);
        }
        if (admission.pass) return;
        const last = answers.at(-1);
        expect([last?.passed, answers.length]).toEqual([false, admission.trace.length + 1]);
        refusedBy.add(last?.gate ?? '');
        for (const [operand, name] of Object.entries(OPERANDS[admission.reject.code] ?? {})) {
          // The pricer's own refusal of an edge has no number of that name.
          if (!Object.hasOwn(last?.numbers ?? {}, name)) continue;
          compared.add(admission.reject.code);
          expect(last?.numbers[name]).toBe(
            (admission.reject.operands as Readonly<Record<string, unknown>>)[operand],
          );
        }
      }),
      { numRuns: 3_000, seed: 7 },
    );
    expect(refusedBy.size).toBeGreaterThanOrEqual(8);
    expect(compared.size).toBeGreaterThanOrEqual(7);
  });

  it('no gate notes more than it names, and what it names is named once', () => {
    const contexts = [contextOf(), contextOf({ mmUtil: null, equity: null, feeModelAgeS: null })];
    for (const make of [candidateOf, () => reducingCandidateOf('CLOSE')]) {
      for (const context of contexts) {
        const candidate: Candidate = make();
        for (const gate of GATES) {
          const asked = gate.kind === 'policy' ? ['OPEN'] : gate.appliesTo;
          if (!(asked as readonly string[]).includes(candidate.intentClass)) continue;
          candidate.noted = 0;
          if (gate.check(context, candidate) !== null) break;
          expect(candidate.noted, gate.name).toBeLessThanOrEqual(gate.measures.length);
          const names = gate.measures.map(({ name }) => name);
          expect(new Set(names).size, gate.name).toBe(names.length);
        }
      }
    }
  });

  it('are a list in JSON, and unknown is null there', () => {
    const admission = admit(contextOf({ mmUtil: null }), candidateOf());
    const told = JSON.parse(JSON.stringify(admission.answers)) as GateAnswer[];
    expect(told).toEqual(admission.answers.list());
    expect(told.at(-1)).toEqual({
      gate: 'margin-headroom',
      passed: false,
      numbers: { mmUtil: null, mmUtilRejectOpens: 0.7 },
    });
  });

  it('a later gate’s numbers do not move an earlier one’s', () => {
    const candidate = candidateOf();
    const { answers } = admit(contextOf(), candidate);
    const sized = answers.list().find(({ gate }) => gate === 'sized');
    expect(sized?.numbers).toEqual({
      amountAsked: 0.3,
      positionFaced: null,
      contracts: 0.3,
      maxContracts: 10_000,
      amount: 0.3,
      notionalUsd: 30_000,
      delta: 0.15,
    });
    const priced = answers.list().find(({ gate }) => gate === 'priced');
    expect(priced?.numbers['limitOnLadder']).toBe(candidate.limitPriceE8 / 1e8);
  });
});
