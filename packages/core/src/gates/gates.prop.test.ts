import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LegProposal } from '../intent/intent.ts';
import { amountE8, coinE8, microUsd, monoMs } from '../values/index.ts';
import {
  BTC,
  BTC_CALL,
  BTC_PERPETUAL,
  BTC_PUT,
  BTC_USDC_PERPETUAL,
  bookOf,
  candidateOf,
  contextOf,
  ETH,
  exposureOf,
  listingOf,
  NOW,
  policyWith,
  reducingCandidateOf,
} from './context.fixture.ts';
import type { Candidate, GateContext } from './gate.ts';
import { admit, GATES } from './gates.ts';

/** Spread evenly: doubles by exponent would nearly all be close to zero. */
const finite = (min: number, max: number) =>
  fc.integer({ min: 0, max: 1_000_000 }).map((part) => min + ((max - min) * part) / 1_000_000);
const orBad = (value: fc.Arbitrary<number>) =>
  fc.oneof(
    { weight: 40, arbitrary: value },
    fc.constantFrom(Number.NaN, 0, -1, Number.POSITIVE_INFINITY),
  );

const leg: fc.Arbitrary<Partial<LegProposal>> = fc.oneof(
  fc.record({
    instrument: fc.constantFrom(BTC_CALL.name, BTC_PUT.name),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    quantity: orBad(finite(0.05, 2)),
    limitPrice: fc.option(orBad(finite(0.0001, 0.2))),
    fairPrice: fc.option(orBad(finite(0.02, 0.2)), { freq: 50 }),
    grossEdgeUsd: fc.option(orBad(finite(0, 3000)), { freq: 50 }),
    delta: fc.option(finite(-1, 1)),
  }),
  fc.record({
    instrument: fc.constantFrom(BTC_PERPETUAL.name),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    quantity: finite(10, 100_000),
    fairPrice: finite(90_000, 110_000),
    grossEdgeUsd: finite(0, 3000),
    delta: fc.constant(null),
  }),
  fc.record({
    instrument: fc.constantFrom(BTC_USDC_PERPETUAL.name),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    quantity: finite(1, 5),
    fairPrice: finite(90_000, 110_000),
    grossEdgeUsd: finite(0, 3000),
    delta: fc.constant(null),
  }),
);

const world = fc
  .record({
    current: finite(-8, 8),
    pendingLong: finite(0, 4),
    pendingShort: finite(-4, 0),
    position: finite(-3, 3),
    mmUtil: fc.option(finite(0, 0.75), { freq: 50 }),
    feeModelAgeS: fc.option(finite(0, 920), { freq: 50 }),
    bookAgeMs: finite(0, 1050),
    riskState: fc.oneof(
      { weight: 20, arbitrary: fc.constant('Healthy' as const) },
      fc.constant('Degraded' as const),
    ),
  })
  .map((seed): Partial<GateContext> => {
    const { current, pendingLong, pendingShort, position, bookAgeMs, ...rest } = seed;
    const flat = { current: { BTC: current, ETH: current }, position };
    const pending = { pendingLong: { BTC: pendingLong }, pendingShort: { BTC: pendingShort } };
    const book = bookOf([[475, 20]], [[480, 20]], { updatedAt: monoMs(NOW - bookAgeMs) });
    const options = [BTC_CALL, BTC_PUT].map((instrument) => listingOf({ instrument, book }));
    const listings = new Map([
      ...contextOf().listings,
      ...options.map((listing) => [listing.instrument.name, listing] as const),
    ]);
    return { ...rest, listings, exposure: exposureOf({ ...flat, ...pending }) };
  });

/** Everything in it, maps and sets opened up. */
const contentOf = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    part instanceof Map || part instanceof Set ? [...part] : part,
  );

const answerOf = (context: GateContext, candidate: Candidate) => {
  const admission = admit(context, candidate);
  return JSON.stringify([admission, candidate.hash, candidate.label, candidate.limitPriceE8]);
};

describe('admission', () => {
  it('says the same of the same, and only reads what it is given', () => {
    fc.assert(
      fc.property(world, leg, (parts, proposed) => {
        const context = contextOf(parts);
        const before = contentOf(context);
        const first = answerOf(context, candidateOf(proposed));
        expect(answerOf(context, candidateOf(proposed))).toBe(first);
        expect(contentOf(context)).toBe(before);
      }),
    );
  });

  it('does not depend on the order data came in', () => {
    fc.assert(
      fc.property(world, leg, (parts, proposed) => {
        const context = contextOf(parts);
        const reversed: GateContext = {
          ...context,
          listings: new Map([...context.listings].toReversed()),
          exposure: {
            ...context.exposure,
            underlyings: [...context.exposure.underlyings].toReversed(),
          },
        };
        expect(answerOf(reversed, candidateOf(proposed))).toBe(
          answerOf(context, candidateOf(proposed)),
        );
      }),
    );
  });

  it('asks a policy gate of no reduction, and refuses none for edge, skew, mode or budget', () => {
    const policyGates = GATES.filter((gate) => gate.kind === 'policy').map((gate) => gate.name);
    expect(policyGates).toEqual(['net-edge', 'inventory-skew']);
    const mayRefuse = new Set([
      'InvalidInput',
      'TooSmallAfterQuantization',
      'LiquidityGateNoL2',
      'ExpectedSlippageTooHigh',
    ]);
    fc.assert(
      fc.property(
        world,
        leg,
        fc.constantFrom('CLOSE' as const, 'HEDGE' as const),
        (parts, proposed, intentClass) => {
          const admission = admit(contextOf(parts), reducingCandidateOf(intentClass, proposed));
          if (!admission.pass) expect(mayRefuse).toContain(admission.reject.code);
          for (const name of policyGates) expect(admission.trace).not.toContain(name);
        },
      ),
    );
  });

  const tighter = fc.record({
    minEdge: finite(0, 1000),
    deltaLimit: finite(0.01, 10),
    portfolio: finite(1, 10_000_000),
    gross: finite(1, 50_000_000),
    leverage: finite(0.01, 10),
    size: finite(0.1, 10_000),
    slippage: finite(0.1, 10),
    age: fc.integer({ min: 1, max: 1000 }),
    margin: finite(0.01, 0.7),
    feeHard: fc.integer({ min: 300, max: 900 }),
  });

  it('never admits under a tighter limit what it refused under a looser one', () => {
    let admitted = 0;
    fc.assert(
      fc.property(world, leg, tighter, fc.nat(9), (parts, proposed, limit, which) => {
        const tight = [
          policyWith({ minEdge: microUsd(10_000_000 + Math.round(limit.minEdge * 1e6)) }),
          policyWith({
            exposure: {
              deltaLimitE8: new Map([
                [BTC, coinE8(Math.round(limit.deltaLimit * 1e8))],
                [ETH, coinE8(1e10)],
              ]),
            },
            parameters: { inventorySkewK: 0, inventorySkewTickPenaltyMax: 0 },
          }),
          policyWith({ exposure: { portfolioDelta: microUsd(Math.round(limit.portfolio * 1e6)) } }),
          policyWith({ limits: { maxGrossNotional: microUsd(Math.round(limit.gross * 1e6)) } }),
          policyWith({ limits: { maxLeverage: limit.leverage } }),
          policyWith({
            limits: { maxOrderSizeContractsE8: amountE8(Math.round(limit.size * 1e8)) },
          }),
          policyWith({ parameters: { maxSlippageBps: limit.slippage } }),
          policyWith({ parameters: { l2BookSnapshotMaxAgeMs: limit.age } }),
          policyWith({ parameters: { mmUtilRejectOpens: limit.margin } }),
          policyWith({ parameters: { feeCacheHardS: limit.feeHard } }),
        ][which];
        const loose =
          which === 1
            ? policyWith({ parameters: { inventorySkewK: 0, inventorySkewTickPenaltyMax: 0 } })
            : policyWith({});
        if (tight === undefined) throw new Error('one of ten');
        if (!admit(contextOf({ ...parts, policy: tight }), candidateOf(proposed)).pass) return;
        admitted += 1;
        expect(admit(contextOf({ ...parts, policy: loose }), candidateOf(proposed)).pass).toBe(
          true,
        );
      }),
      { numRuns: 2000 },
    );
    expect(admitted).toBeGreaterThan(50);
  });

  it('lets nothing through whose edge at its limit, after fees, is below the minimum', () => {
    let admitted = 0;
    fc.assert(
      fc.property(world, leg, (parts, proposed) => {
        const candidate = candidateOf(proposed);
        if (!admit(contextOf(parts), candidate).pass) return;
        admitted += 1;
        const { instrument } = candidate.listing ?? listingOf();
        const side = candidate.leg.side === 'buy' ? 1 : -1;
        const gain = ((candidate.leg.fairPrice ?? 0) - candidate.limitPriceE8 / 1e8) * side;
        const amount = candidate.amountE8 / 1e8;
        const coins = instrument.amountUnit === 'usd' ? amount / 100_000 : amount;
        const usd = gain * coins * (instrument.quote === 'coin' ? 100_000 : 1);
        const kept = usd - candidate.fee / 1e6;
        expect(kept).toBeGreaterThanOrEqual((candidate.minEdge ?? Number.NaN) / 1e6 - 1e-6);
        expect(candidate.limitPriceE8 % instrument.tickE8).toBe(0);
        expect(candidate.limitPrice * instrument.tickE8).toBe(candidate.limitPriceE8);
        if (candidate.leg.limitPrice !== null) {
          const own = candidate.leg.limitPrice * 1e8;
          if (side === 1) expect(candidate.limitPriceE8).toBeLessThanOrEqual(own + 1e-3);
          else expect(candidate.limitPriceE8).toBeGreaterThanOrEqual(own - 1e-3);
        }
      }),
      { numRuns: 1500 },
    );
    expect(admitted).toBeGreaterThan(100);
  });
});
