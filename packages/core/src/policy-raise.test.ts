import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyDocument } from './policy-document.fixture.ts';
import { policyRaises } from './policy-raise.ts';
import type { PolicyDocument } from './policy-schema.ts';

/** What is told when a sound document is changed so. */
function raisesOf(change: (document: PolicyDocument) => unknown): readonly string[] {
  const after = policyDocument();
  change(after);
  return policyRaises(policyDocument(), after).map(
    ({ path, from, to }) => `${path} ${String(from)} ${String(to)}`,
  );
}

/** The value at a pointer, and a way to set it; undefined takes it away. */
function at(document: object, path: string): { get(): unknown; set(value: unknown): void } {
  const steps = path.split('/').slice(1);
  const last = steps.pop() ?? '';
  let holder: Record<string, unknown> = document as Record<string, unknown>;
  for (const step of steps) holder = (holder[step] ??= {}) as Record<string, unknown>;
  return {
    get: () => holder[last],
    set: (value) => {
      if (value === undefined) delete holder[last];
      else holder[last] = value;
    },
  };
}

/** Every number of the document that allows more when it grows, and every one that allows less. */
const HIGHER = [
  '/risk_limits/max_daily_loss_usd',
  '/risk_limits/max_weekly_loss_usd',
  '/risk_limits/max_drawdown_pct',
  '/risk_limits/max_gross_notional_usd',
  '/risk_limits/max_leverage',
  '/risk_limits/per_underlying/BTC/max_delta_abs',
  '/risk_limits/per_underlying/ETH/max_position_notional_usd',
  '/risk_limits/max_order_size_contracts',
  '/risk_limits/max_orders_per_second',
  '/risk_limits/max_orders_per_minute',
  '/risk_limits/max_gamma_btc_equiv',
  '/risk_limits/max_vega_usd',
  '/exposure/delta_limit/BTC',
  '/exposure/portfolio_delta_usd',
  '/micro_live_caps/max_daily_volume_usd',
  '/micro_live_caps/max_open_positions',
  '/micro_live_caps/max_single_order_contracts',
  '/full_caps/max_daily_volume_usd',
  '/full_caps/max_open_positions',
  '/full_caps/max_single_order_contracts',
  '/smile_guard/butterfly_epsilon',
  '/smile_guard/calendar_epsilon',
];
const LOWER = [
  '/risk_limits/min_order_interval_ms',
  '/min_edge_usd',
  '/min_edge_floor_usd',
  '/expiry_delist_buffer_s',
  '/smile_guard/grid_steps',
];
/** Absent, these block; to name one is to allow something. */
const BLOCKING = [
  '/risk_limits/max_leverage',
  '/exposure/delta_limit/BTC',
  '/exposure/portfolio_delta_usd',
  '/min_edge_usd',
  '/expiry_delist_buffer_s',
  '/monitors/reference_instruments/BTC',
];

function withNumber(path: string, value: number): PolicyDocument {
  const document = policyDocument();
  at(document, path).set(value);
  return document;
}

describe('a limit', () => {
  it.each(HIGHER)('%s is raised by more and by nothing else', (path) => {
    const [low, high] = [withNumber(path, 1), withNumber(path, 2)];
    expect(policyRaises(low, high)).toEqual([{ path, from: 1, to: 2 }]);
    expect(policyRaises(high, low)).toEqual([]);
    expect(policyRaises(low, low)).toEqual([]);
  });

  it.each(LOWER)('%s is raised by less and by nothing else', (path) => {
    const [low, high] = [withNumber(path, 1), withNumber(path, 2)];
    expect(policyRaises(high, low)).toEqual([{ path, from: 2, to: 1 }]);
    expect(policyRaises(low, high)).toEqual([]);
  });

  it.each(BLOCKING)('%s, absent, blocks: to set it is a raise, to take it away is none', (path) => {
    const [without, having] = [policyDocument(), policyDocument()];
    at(without, path).set(undefined);
    at(having, path).set(path.startsWith('/monitors') ? 'BTC-PERPETUAL' : 1);
    const [raise, ...more] = policyRaises(without, having);
    expect(raise).toEqual({ path, from: null, to: at(having, path).get() });
    expect(more).toEqual([]);
    expect(policyRaises(having, without)).toEqual([]);
  });

  it('min_edge_floor_usd is nought where it is absent', () => {
    const without = policyDocument();
    delete without.min_edge_floor_usd;
    expect(policyRaises(without, withNumber('/min_edge_floor_usd', 0))).toEqual([]);
    expect(policyRaises(without, withNumber('/min_edge_floor_usd', 1))).toEqual([]);
    const raise = { path: '/min_edge_floor_usd', from: 1, to: 0 };
    expect(policyRaises(withNumber('/min_edge_floor_usd', 1), without)).toEqual([raise]);
  });
});

describe('a parameter of the contract', () => {
  it('has no side that is known to be the safe one: any change is a raise', () => {
    const raise = (value: number) =>
      raisesOf((made) => (made.parameters = { stale_order_sec: value }));
    expect(raise(31)).toEqual(['/parameters/stale_order_sec 30 31']);
    expect(raise(29)).toEqual(['/parameters/stale_order_sec 30 29']);
  });

  it('that is named with its default is the same as before', () => {
    expect(raisesOf((made) => (made.parameters = { stale_order_sec: 30 }))).toEqual([]);
    const named = policyDocument();
    named.parameters = { stale_order_sec: 31 };
    expect(policyRaises(named, { ...named, parameters: {} })).toEqual([
      { path: '/parameters/stale_order_sec', from: 31, to: 30 },
    ]);
  });
});

describe('a list', () => {
  it('allows more with each member, in whatever order', () => {
    expect(
      raisesOf((made) => (made.universe.families = ['linear_option', 'inverse_option'])),
    ).toEqual(['/universe/families/linear_option null true']);
    expect(raisesOf((made) => (made.universe.underlyings = ['ETH', 'BTC']))).toEqual([]);
    expect(raisesOf((made) => made.universe.underlyings.pop())).toEqual([]);
  });

  it('of what may open is another than that of what may hedge', () => {
    const moved = raisesOf((made) => {
      made.universe.hedge_only_families = [];
      made.universe.families.push('linear_perpetual');
    });
    expect(moved).toEqual(['/universe/families/linear_perpetual null true']);
  });

  it('of order types counts where it allows', () => {
    const fewer = policyDocument();
    fewer.allowed_order_types = ['LIMIT'];
    expect(policyRaises(fewer, policyDocument()).map(({ path }) => path)).toEqual([
      '/allowed_order_types/POST_ONLY',
      '/allowed_order_types/REDUCE_ONLY',
    ]);
    expect(policyRaises(policyDocument(), fewer)).toEqual([]);
    expect(raisesOf((made) => made.forbidden_order_types.pop())).toEqual([]);
  });
});

describe('a word', () => {
  const of = (change: Partial<PolicyDocument>) => ({ ...policyDocument(), ...change });

  it('stage is raised up the ladder and not down', () => {
    const stages = ['experiment', 'paper', 'pilot', 'limited_live'] as const;
    for (const [from, one] of stages.entries()) {
      for (const [to, other] of stages.entries()) {
        const raises = policyRaises(of({ stage: one }), of({ stage: other }));
        expect(raises).toEqual(to > from ? [{ path: '/stage', from: one, to: other }] : []);
      }
    }
  });

  it('execution_style is raised by what also rests', () => {
    const [sniper, any] = [of({ execution_style: 'Sniper' }), of({ execution_style: 'Any' })];
    expect(policyRaises(sniper, any)).toEqual([
      { path: '/execution_style', from: 'Sniper', to: 'Any' },
    ]);
    expect(policyRaises(any, sniper)).toEqual([]);
  });

  it('of another policy is a raise, of another version none', () => {
    expect(raisesOf((made) => (made.policy_id = 'LP-002'))).toEqual(['/policy_id LP-001 LP-002']);
    expect(raisesOf((made) => (made.policy_version = '9'))).toEqual([]);
  });

  it('of an environment counts where it lets orders out', () => {
    const raise = raisesOf((made) => {
      made.environments.DEV = { trade_capable: true, purpose: 'another' };
      made.environments.STAGING.trade_capable = false;
    });
    expect(raise).toEqual(['/environments/DEV/trade_capable false true']);
  });
});

describe('what nobody has judged', () => {
  it('is a raise: a key this build does not know is not known to be harmless', () => {
    expect(raisesOf((made) => Object.assign(made, { later: 1 }))).toEqual(['/later null 1']);
  });
});

describe('laws', () => {
  const limits = fc.record({
    daily: fc.integer({ min: 1, max: 3 }),
    interval: fc.integer({ min: 1, max: 3 }),
    edge: fc.option(fc.integer({ min: 1, max: 3 })),
    coins: fc.subarray(['BTC', 'ETH']),
    stage: fc.constantFrom('experiment' as const, 'paper' as const, 'pilot' as const),
  });
  const documents = limits.map(({ daily, interval, edge, coins, stage }) => {
    const document = { ...policyDocument(), stage };
    document.risk_limits.max_daily_loss_usd = daily;
    document.risk_limits.min_order_interval_ms = interval;
    document.universe.underlyings = coins;
    if (edge === null) delete document.min_edge_usd;
    else document.min_edge_usd = edge;
    return document;
  });

  it('what is raised on the whole way is raised on one of its steps', () => {
    fc.assert(
      fc.property(documents, documents, documents, (one, two, three) => {
        const paths = (a: PolicyDocument, b: PolicyDocument) =>
          policyRaises(a, b).map(({ path }) => path);
        const steps = [...paths(one, two), ...paths(two, three)];
        expect(paths(one, three).filter((path) => !steps.includes(path))).toEqual([]);
      }),
    );
  });

  it('nothing is a raise both ways but what has no safe side', () => {
    fc.assert(
      fc.property(documents, documents, (one, two) => {
        const back = policyRaises(two, one).map(({ path }) => path);
        const both = policyRaises(one, two).filter(({ path }) => back.includes(path));
        expect(both).toEqual([]);
      }),
    );
  });
});
