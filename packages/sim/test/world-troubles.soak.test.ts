import { expect, it } from 'vitest';
import { testPolicy } from '../src/fuzz/policy.fixture.ts';
import { QUIET } from '../src/fuzz/quiet.ts';
import { reachedBy } from '../src/fuzz/reached.ts';
import { NO_WORKLOAD, randomWorkload } from '../src/fuzz/workload.ts';
import { World } from '../src/world.ts';

type Quiet = typeof QUIET;

function worldOf(troubles: Partial<Quiet>, seed = 1): World {
  const workload = troubles.workload ?? EAGER;
  return new World({
    ...QUIET,
    ...troubles,
    // Else their own first trades keep these worlds from trading on.
    rules: { ...(troubles.rules ?? QUIET.rules), heedless: 1 },
    seed: String(seed),
    policy: testPolicy(),
    market: 'moving',
    cancels: 0,
    crash: {},
    restartMsMax: 500,
    settleMs: 250,
    queueCapacity: 1_024,
    commitDeadlineMs: 250,
    consultMs: 250,
    strategies: (prng, think) => [randomWorkload(prng, workload, think)],
  });
}

/** Proposes at every turn, and nothing too strange. */
const EAGER = { ...NO_WORKLOAD, eagerness: 1 };

const codesOf = (world: World): ReadonlySet<string> => reachedBy(world.decisions, world.stood);

const rules = { ...QUIET.rules, patience: 0.01 };

const CAUTION = 'REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY';

/** One kind of trouble alone, and the code it is there for. */
const TROUBLES: readonly (readonly [string, Partial<Quiet>, string])[] = [
  ['a disk both opinions call full', { gauge: { ...QUIET.gauge, high: 1 } }, 'KILL_DISK_WATERMARK'],
  [
    'a disk one opinion calls full',
    { gauge: { high: 1, disagreement: 1, missing: 0 } },
    'REDUCEONLY_DISK_KILL_UNCONFIRMED',
  ],
  [
    'a disk nobody measures',
    { gauge: { high: 0, disagreement: 0, missing: 0.5 } },
    'REDUCEONLY_INPUT_MISSING_OR_STALE',
  ],
  [
    'a bad certificate',
    { documents: { ...QUIET.documents, certificate: 0.3 } },
    'REDUCEONLY_F1_CERT_INVALID',
  ],
  [
    'a policy that is gone',
    { rules, documents: { ...QUIET.documents, policyGone: 0.3 } },
    'REDUCEONLY_POLICY_STALE',
  ],
  [
    'a policy that is another',
    { rules, documents: { ...QUIET.documents, policyChanged: 0.3 } },
    'REDUCEONLY_POLICY_STALE',
  ],
  [
    'a silent watchdog',
    { watchdog: { silence: 0.3, silenceMsMax: 30_000 } },
    'REDUCEONLY_WATCHDOG_UNCONFIRMED',
  ],
  ['a stop', { operator: { ...QUIET.operator, kill: 0.2 } }, 'KILL_RISKSTATE_KILL'],
  [
    'an emergency call',
    { rules, operator: { ...QUIET.operator, reduceOnly: 0.2, watchdog: 0.2 } },
    'REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE',
  ],
  [
    'locked books',
    { platform: { ...QUIET.platform, lock: 0.2 } },
    'REDUCEONLY_RISKSTATE_MAINTENANCE',
  ],
  [
    'announced maintenance',
    { platform: { ...QUIET.platform, maintenance: 0.2 } },
    'REDUCEONLY_RISKSTATE_MAINTENANCE',
  ],
  [
    'tokens that end',
    { platform: { ...QUIET.platform, tokenEnd: 0.1 } },
    'REDUCEONLY_OPEN_PERMISSION_LATCHED',
  ],
  [
    'a revoked key',
    { platform: { ...QUIET.platform, revocation: 0.1 } },
    'REDUCEONLY_OPEN_PERMISSION_LATCHED',
  ],
  [
    'margin in use',
    { account: { ...QUIET.account, strain: 1, strainMsMax: 30_000 } },
    'MARGIN_MM_UTIL',
  ],
  [
    'an account nobody can read',
    { rules, account: { ...QUIET.account, unread: 0.9 } },
    'REDUCEONLY_FEE_MODEL_HARD_STALE',
  ],
  ['narrow limits', { account: { ...QUIET.account, narrow: 1 } }, 'reject RateLimitBrownout'],
  [
    'a session ended for too many requests',
    { venue: { ...QUIET.venue, tooMany: 0.3 } },
    'REDUCEONLY_SESSION_KILL_UNCONFIRMED',
  ],
  [
    'instruments nobody knows',
    { venue: { ...QUIET.venue, strangers: 1 }, workload: { ...EAGER, oddity: 1 } },
    'reject InstrumentKindUnsupported',
  ],
  [
    'an expiry',
    { conditions: { ...QUIET.conditions, beforeExpiryMs: 20_000 } },
    'reject InstrumentExpiredOrDelisted',
  ],
  ['futures', { conditions: { ...QUIET.conditions, futures: 1 } }, 'reject InstrumentNotAllowed'],
  [
    'a silent market',
    { conditions: { ...QUIET.conditions, silence: 0.2, silenceMsMax: 60_000 } },
    'latch WS_DATA_STALE_RECONCILE_REQUIRED',
  ],
  [
    'no index prices',
    { conditions: { ...QUIET.conditions, indexSilence: 0.2, indexSilenceMsMax: 30_000 } },
    'REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY',
  ],
  ['a frightened market', { conditions: { ...QUIET.conditions, fright: 0.1 } }, CAUTION],
  [
    'a volatility index nobody tells',
    { conditions: { ...QUIET.conditions, dvolSilence: 0.2 } },
    CAUTION,
  ],
  ['a thin market', { conditions: { ...QUIET.conditions, thinning: 0.2 } }, CAUTION],
  [
    'a market torn apart',
    {
      conditions: { ...QUIET.conditions, widening: 0.3, wideningMsMax: 40_000, wideningMax: 0.05 },
    },
    'KILL_CORTEX_FORCE_KILL',
  ],
  [
    'marks that leave their index',
    { conditions: { ...QUIET.conditions, parting: 0.3, partingMsMax: 40_000, partingMax: 0.1 } },
    'KILL_CORTEX_FORCE_KILL',
  ],
  [
    'a line that is held up',
    { network: { ...QUIET.network, hold: 0.1, holdMsMax: 5_000 } },
    'REDUCEONLY_BUNKER_MODE_ACTIVE',
  ],
  ['slow answers', { network: { ...QUIET.network, crawl: 0.2 } }, 'REDUCEONLY_BUNKER_MODE_ACTIVE'],
  [
    'a clock that is off',
    { clock: { ...QUIET.clock, driftPpmMax: 2_000 } },
    'REDUCEONLY_RISKSTATE_DEGRADED',
  ],
  [
    'a thread held up for long',
    { clock: { ...QUIET.clock, pause: 0.1, pauseMsMax: 20_000 } },
    'KILL_WATCHDOG_HEARTBEAT_STALE',
  ],
];

it('NON-TRIP: without any trouble nothing stands, and nothing is found', async () => {
  const world = worldOf({ workload: NO_WORKLOAD });
  await world.run(60_000);
  await world.heal(false);
  expect([world.finding, [...world.stood]]).toEqual([null, []]);
});

it.each(TROUBLES)('TRIP: %s reaches its code, and the world is put right', async (...trouble) => {
  const [, troubles, code] = trouble;
  const reached: string[] = [];
  for (let seed = 1; seed <= 5 && !reached.some((each) => each.includes(code)); seed += 1) {
    const world = worldOf(troubles, seed);
    await world.run(45_000);
    await world.heal(false);
    expect(world.finding).toBeNull();
    reached.push(...codesOf(world));
  }
  expect(reached.filter((each) => each.includes(code))).not.toEqual([]);
});

it('TRIP: a full disk takes nothing until there is room, and a new process goes on', async () => {
  const world = worldOf({ disk: { ...QUIET.disk, full: 0.3 } });
  await world.run(20_000);
  expect(world.disk.counts.full).toBeGreaterThan(0);
  await world.heal(false);
  expect([world.finding, world.counts.boots]).toEqual([null, 2]);
});

it('TRIP: what is proposed again is a duplicate', async () => {
  const world = worldOf({ meddler: { repeats: 1, impostors: 0 } });
  await world.run(60_000);
  await world.heal(false);
  expect(world.finding).toBeNull();
  expect(world.decisions.some(({ kind }) => kind === 'intentDuplicate')).toBe(true);
});

it('TRIP: a proposal in a name that is not listened to is refused', async () => {
  const world = worldOf({
    meddler: { repeats: 0, impostors: 1 },
    workload: { ...EAGER, throws: 0.02 },
  });
  await world.run(60_000);
  await world.heal(false);
  expect(world.finding).toBeNull();
  expect(codesOf(world).has('reject StrategySuspended')).toBe(true);
});
