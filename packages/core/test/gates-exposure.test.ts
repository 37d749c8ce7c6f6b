import { describe, expect, it } from 'vitest';
import {
  BTC,
  BTC_CALL,
  BTC_PERPETUAL,
  BTC_USDC_PERPETUAL,
  candidateOf,
  contextOf,
  type ExposureParts,
  ETH_CALL,
  exposureOf,
  NOW,
  policyWith,
  reducingCandidateOf,
} from '../src/gates/context.fixture.ts';
import type { Candidate, GateContext } from '../src/gates/gate.ts';
import { admit, GATES } from '../src/gates/gates.ts';
import type { RejectCode } from '../src/gates/reject.ts';
import { assessCancel } from '../src/guard/cancel-permission.ts';
import { orderFixture, termsFixture } from '../src/order/order.fixture.ts';
import { Reservations } from '../src/position/index.ts';
import { REJECT_REASONS } from '../src/reasons.ts';
import { amountE8, coinE8, label, microUsd, monoMs } from '../src/values/index.ts';

function codeOf(context: GateContext, candidate: Candidate): RejectCode | 'admitted' {
  const admission = admit(context, candidate);
  return admission.pass ? 'admitted' : admission.reject.code;
}

const exposed = (parts: ExposureParts, policy = policyWith({})) =>
  contextOf({ policy, exposure: exposureOf(parts) });
const usd = (value: number) => microUsd(value * 1_000_000);

describe('margin headroom', () => {
  it('AT-227 72 % of margin used opens nothing', () => {
    expect(codeOf(contextOf({ mmUtil: 72_000 / 100_000 }), candidateOf())).toBe(
      'MarginHeadroomRejectOpens',
    );
  });

  it('AT-912 between 0.70 and 0.85 the code says margin', () => {
    expect(codeOf(contextOf({ mmUtil: 0.699 }), candidateOf())).toBe('admitted');
    for (const mmUtil of [0.7, 0.78, 0.849]) {
      expect(admit(contextOf({ mmUtil }), candidateOf())).toMatchObject({
        reject: { code: 'MarginHeadroomRejectOpens', operands: { mmUtil, threshold: 0.7 } },
      });
    }
  });

  it('AT-206 the same band lets reductions through while Active', () => {
    const context = contextOf({ mmUtil: 0.78, exposure: exposureOf({ position: 1 }) });
    expect(codeOf(context, candidateOf())).toBe('MarginHeadroomRejectOpens');
    expect(codeOf(context, reducingCandidateOf('CLOSE'))).toBe('admitted');
    expect(codeOf(context, reducingCandidateOf('HEDGE'))).toBe('admitted');
  });

  it.each([null, Number.NaN, -0.1, 1.7])('opens nothing at %d', (mmUtil) => {
    expect(codeOf(contextOf({ mmUtil }), candidateOf())).toBe('MarginHeadroomRejectOpens');
  });
});

describe('pending exposure', () => {
  // The order below is 0.3 of delta 0.5: 0.15 BTC; the limit is 10.
  it('AT-910 a reservation that would breach is refused, one that fits exactly passes', () => {
    const rich = { grossEdgeUsd: 1000 };
    expect(codeOf(exposed({ pendingLong: { BTC: 9.85 } }), candidateOf(rich))).toBe('admitted');
    expect(admit(exposed({ pendingLong: { BTC: 9.85000001 } }), candidateOf(rich))).toMatchObject({
      reject: {
        code: 'PendingExposureBudgetExceeded',
        operands: { pendingDelta: 9.85000001, deltaImpact: 0.15, limit: 10 },
      },
    });
  });

  it('counts the side the order pushes to, and no fill of the other', () => {
    const sell = { side: 'sell', grossEdgeUsd: 1000 } as const;
    expect(codeOf(exposed({ pendingShort: { BTC: -9.9 } }), candidateOf(sell))).toBe(
      'PendingExposureBudgetExceeded',
    );
    expect(codeOf(exposed({ pendingShort: { BTC: -9.9 } }), candidateOf())).toBe('admitted');
    const crossed = { pendingLong: { BTC: 9.9 }, pendingShort: { BTC: -9.9 } };
    expect(codeOf(exposed(crossed), candidateOf(sell))).toBe('PendingExposureBudgetExceeded');
  });

  it('lets an order back from beyond the limit', () => {
    expect(codeOf(exposed({ current: { BTC: 12 } }), candidateOf({ side: 'sell' }))).toBe(
      'admitted',
    );
    expect(codeOf(exposed({ current: { BTC: -12 } }), candidateOf())).toBe('admitted');
  });

  it('reserves the worst case without a greek, and never less than the venue says', () => {
    const deltaOf = (context: GateContext, delta: number | null) => {
      const candidate = candidateOf({ delta });
      admit(context, candidate);
      return candidate.deltaE8;
    };
    const listed = contextOf();
    const entry = listed.listings.get(BTC_CALL.name);
    if (entry === undefined) throw new Error('fixture');
    const venue = (delta: number) =>
      contextOf({ listings: new Map([[BTC_CALL.name, { ...entry, delta }]]) });
    expect(deltaOf(listed, null)).toBe(30_000_000);
    expect(deltaOf(listed, 0.5)).toBe(15_000_000);
    expect(deltaOf(venue(0.8), 0.5)).toBe(24_000_000);
    expect(deltaOf(venue(0.2), 0.5)).toBe(15_000_000);
    expect(deltaOf(venue(Number.NaN), 0.5)).toBe(30_000_000);
  });

  it('AT-225 of five concurrent opens only those that fit are reserved', () => {
    const reservations = new Reservations();
    const exposure = {
      ...exposureOf(),
      pendingLongDeltaE8: () => reservations.longDeltaE8(BTC),
      pendingNotional: () => reservations.notional(BTC),
    };
    const context = contextOf({ exposure });
    const codes = [0, 1, 2, 3, 4].map((attempt) => {
      // 4 BTC of delta each: two fit under 10.
      const candidate = candidateOf({ quantity: 8, grossEdgeUsd: 10_000 });
      const code = codeOf(context, candidate);
      if (code === 'admitted') {
        const { amountE8: amount, deltaE8, leg, limitPriceE8, notional } = candidate;
        const { instrument, side } = leg;
        const order = { instrument, side, amountE8: amount, limitPriceE8 };
        reservations.reserve(label(`${attempt}`), BTC, deltaE8, notional, order);
      }
      return code;
    });
    expect(codes).toEqual([
      'admitted',
      'admitted',
      'PendingExposureBudgetExceeded',
      'PendingExposureBudgetExceeded',
      'PendingExposureBudgetExceeded',
    ]);
    expect(reservations.longDeltaE8(BTC)).toBe(800_000_000);
  });
});

describe('global exposure', () => {
  const policy = policyWith({ exposure: { portfolioDelta: usd(100_000) } });

  it('AT-226 BTC and ETH near their limits breach together, after correlation', () => {
    // 65 000 and 50 000 USD: 82 000 uncorrelated, 109 202 at 0.8.
    const near = exposed({ current: { BTC: 0.5, ETH: 0.5 } }, policy);
    expect(admit(near, candidateOf())).toMatchObject({
      reject: { code: 'GlobalExposureBudgetExceeded', operands: { limitUsd: 100_000 } },
    });
    expect(codeOf(exposed({ current: { BTC: 0.5 } }, policy), candidateOf())).toBe('admitted');
  });

  it('AT-911 a breach of the portfolio is refused, exactly the limit passes', () => {
    expect(codeOf(exposed({ current: { BTC: 0.85 } }, policy), candidateOf())).toBe('admitted');
    expect(admit(exposed({ current: { BTC: 0.85000001 } }, policy), candidateOf())).toMatchObject({
      reject: {
        code: 'GlobalExposureBudgetExceeded',
        operands: { exposureUsd: 100_000.001, limitUsd: 100_000 },
      },
    });
  });

  it('AT-929 counts pending with the held', () => {
    const current = { BTC: 0.5 };
    expect(codeOf(exposed({ current, pendingLong: { BTC: 0.35 } }, policy), candidateOf())).toBe(
      'admitted',
    );
    expect(codeOf(exposed({ current, pendingLong: { BTC: 0.4 } }, policy), candidateOf())).toBe(
      'GlobalExposureBudgetExceeded',
    );
  });

  it('gives no credit for the other side of another underlying', () => {
    const short = exposed({ current: { BTC: 0.5, ETH: -0.5 } }, policy);
    expect(codeOf(short, candidateOf())).toBe('GlobalExposureBudgetExceeded');
  });

  it('adds alts up as one, at 0.6 to BTC and ETH', () => {
    const exposure = (current: Record<string, number>) =>
      admit(
        exposed({ current }, policyWith({ exposure: { portfolioDelta: usd(0) } })),
        candidateOf(),
      );
    const wanted = (value: number) => ({ reject: { operands: { exposureUsd: value } } });
    expect(exposure({ SOL: 0.2, XRP: 0.1 })).toMatchObject(
      wanted(expect.closeTo(Math.sqrt(15e3 ** 2 + 30e3 ** 2 + 1.2 * 15e3 * 30e3), 3)),
    );
    expect(exposure({ ETH: 0.2, SOL: 0.1, BTC: -0.15 })).toMatchObject(
      wanted(
        expect.closeTo(
          Math.sqrt(
            15e3 ** 2 +
              20e3 ** 2 +
              10e3 ** 2 +
              1.6 * 15e3 * 20e3 +
              1.2 * 15e3 * 10e3 +
              1.2 * 20e3 * 10e3,
          ),
          3,
        ),
      ),
    );
  });

  it('refuses without a limit, and without an index for what is held', () => {
    const none = policyWith({ exposure: { portfolioDelta: null } });
    expect(admit(contextOf({ policy: none }), candidateOf())).toMatchObject({
      reject: { code: 'GlobalExposureBudgetExceeded', operands: { limitUsd: null } },
    });
    const blind = {
      ...exposed({ current: { ETH: 0.1 } }),
      indexPriceE8: (underlying: string) =>
        underlying === 'ETH' ? null : contextOf().indexPriceE8(BTC),
    };
    expect(admit(blind, candidateOf())).toMatchObject({
      reject: { code: 'InstrumentMetadataMissing', operands: { instrument: 'ETH' } },
    });
  });
});

describe('launch policy', () => {
  const limited = (limits: Parameters<typeof policyWith>[0]['limits'], parts: ExposureParts = {}) =>
    exposed(parts, policyWith({ limits: limits ?? {} }));
  const btc = (maxDelta: number, maxNotional: number) => ({
    perUnderlying: new Map([
      [BTC, { maxDeltaE8: coinE8(maxDelta * 1e8), maxPositionNotional: usd(maxNotional) }],
    ]),
  });

  it.each([
    ['max_delta_abs', btc(5, 1e7), { current: { BTC: 4.85 } }, { current: { BTC: 4.86 } }],
    [
      'max_position_notional_usd',
      btc(5, 250_000),
      { positionNotional: { BTC: 200_000 }, pendingNotional: { BTC: 20_000 } },
      { positionNotional: { BTC: 200_000 }, pendingNotional: { BTC: 20_001 } },
    ],
    [
      'max_gross_notional_usd',
      { maxGrossNotional: usd(500_000) },
      { positionNotional: { BTC: 250_000, ETH: 220_000 } },
      { positionNotional: { BTC: 250_000 }, pendingNotional: { ETH: 220_001 } },
    ],
    [
      'max_leverage',
      { maxLeverage: 3 },
      { positionNotional: { BTC: 2_970_000 } },
      { positionNotional: { BTC: 2_970_001 } },
    ],
  ] as const)('keeps %s', (limit, limits, within, over) => {
    const rich = { grossEdgeUsd: 1000 };
    expect(codeOf(limited(limits, within), candidateOf(rich))).toBe('admitted');
    expect(admit(limited(limits, over), candidateOf(rich))).toMatchObject({
      reject: { code: 'PolicyLimitExceeded', operands: { limit } },
    });
    const reducing = limited(limits, { ...over, position: 1 });
    expect(codeOf(reducing, reducingCandidateOf())).toBe('admitted');
  });

  it('knows no leverage without equity', () => {
    expect(admit(contextOf({ equity: null }), candidateOf())).toMatchObject({
      reject: { code: 'InvalidInput', operands: { field: 'equity_usd' } },
    });
    for (const equity of [0, -1]) {
      expect(codeOf(contextOf({ equity: microUsd(equity) }), candidateOf())).toBe(
        'PolicyLimitExceeded',
      );
    }
  });

  it('forbids what it does not list', () => {
    const none = (universe: Parameters<typeof policyWith>[0]['universe']) =>
      contextOf({
        policy: policyWith({ universe: universe ?? {} }),
        exposure: exposureOf({ position: 1 }),
      });
    const noFamily = none({ families: ['linear_option'] });
    expect(admit(noFamily, candidateOf())).toMatchObject({
      reject: { code: 'InstrumentNotAllowed', operands: { rule: 'family' } },
    });
    const noEth = none({ underlyings: [BTC] });
    expect(admit(noEth, candidateOf({ instrument: ETH_CALL.name }))).toMatchObject({
      reject: { code: 'InstrumentNotAllowed', operands: { rule: 'underlying' } },
    });
    expect(codeOf(noFamily, reducingCandidateOf())).toBe('admitted');
  });

  it('opens a hedge-only family only to shrink the net delta, whatever is pending', () => {
    const policy = policyWith({ universe: { hedgeOnlyFamilies: ['linear_perpetual'] } });
    const hedge = (parts: ExposureParts) =>
      codeOf(
        exposed(parts, policy),
        candidateOf({
          instrument: BTC_USDC_PERPETUAL.name,
          side: 'sell',
          quantity: 1,
          fairPrice: 99_000,
          grossEdgeUsd: 1000,
          delta: null,
        }),
      );
    expect(hedge({ current: { BTC: 0.50000001 } })).toBe('admitted');
    expect(hedge({ current: { BTC: 0.5 } })).toBe('InstrumentNotAllowed');
    expect(hedge({})).toBe('InstrumentNotAllowed');
    expect(hedge({ current: { BTC: -2 } })).toBe('InstrumentNotAllowed');
    expect(hedge({ current: { BTC: 2 }, pendingShort: { BTC: -1.6 } })).toBe(
      'InstrumentNotAllowed',
    );
    expect(hedge({ pendingLong: { BTC: 3 } })).toBe('InstrumentNotAllowed');
  });
});

describe('what a refusal is made of', () => {
  it('AT-930 every refusal carries a code of the registry', () => {
    const refused = [
      [contextOf(), candidateOf({ quantity: 0.01 }), 'TooSmallAfterQuantization'],
      [contextOf({ now: monoMs(NOW + 3_000) }), candidateOf(), 'LiquidityGateNoL2'],
      [
        exposed({ current: { BTC: 10 } }),
        candidateOf({ grossEdgeUsd: 1e3 }),
        'PendingExposureBudgetExceeded',
      ],
      [
        contextOf(),
        candidateOf({ instrument: BTC_PERPETUAL.name, orderType: 'market' }),
        'OrderTypeMarketForbidden',
      ],
    ] as const;
    for (const [context, candidate, code] of refused) {
      expect(codeOf(context, candidate)).toBe(code);
      expect(Object.keys(REJECT_REASONS)).toContain(code);
    }
    const cancelled = assessCancel(
      {
        mode: 'Active',
        latchReasons: [],
        riskState: 'Healthy',
        enforcedProfile: 'CSP',
        evidenceChain: null,
        positionE8: amountE8(30_000_000),
      },
      orderFixture({
        terms: termsFixture({ intentClass: 'CLOSE', side: 'sell', reduceOnly: true }),
      }),
    );
    expect(cancelled?.code).toBe('RiskIncreasingCancelReplaceForbidden');
    expect(Object.keys(REJECT_REASONS)).toContain(cancelled?.code);
  });

  it('names the gates that passed before it, in order', () => {
    const asked = GATES.filter(
      ({ appliesTo }) => appliesTo.includes('OPEN') || appliesTo === 'open',
    );
    const names = asked.map((gate) => gate.name);
    const admission = admit(contextOf({ mmUtil: 0.9 }), candidateOf());
    expect(admission.trace).toEqual(names.slice(0, names.indexOf('margin-headroom')));
  });
});
