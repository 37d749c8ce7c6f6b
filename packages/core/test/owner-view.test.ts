/** What the owner reads: every code has words, and what ends it has numbers or a named action. */
import { describe, expect, it } from 'vitest';
import { BTC_CALL, POLICY } from '../src/gates/context.fixture.ts';
import { KILL_REASON_CODES, REDUCE_ONLY_REASON_CODES } from '../src/guard/codes.ts';
import { RISK_CAUSES, type RiskCause } from '../src/guard/risk-state.ts';
import {
  CAUSE_REASONS,
  causeDanger,
  LATCH_DANGER,
  LATCH_REASONS,
  MODE_DANGER,
  MODE_REASONS,
  UNHEALTHY_STATUS,
  unblockType,
} from '../src/reasons.ts';
import {
  describe as statusOf,
  emergencyFlag,
  readOwnerStatus,
  type StatusTelemetry,
} from '../src/status.ts';
import { causeStanding, latchStanding } from '../src/status/clearing.ts';
import { amountE8, priceE8, wallMs } from '../src/values/index.ts';
import { Desk } from './desk.ts';
import { brokenRules } from './status-rules.ts';

const telemetry = (desk: Desk, more: Partial<StatusTelemetry> = {}): StatusTelemetry => ({
  now: wallMs(desk.now),
  ledger: { depth: 0, capacity: 1_024, enqueueFailures: 0 },
  requestP95Ms: null,
  lastMessageAt: desk.now,
  count429In5m: 0,
  supportedProfiles: ['CSP'],
  ...more,
});
const status = (desk: Desk, more: Partial<StatusTelemetry> = {}) =>
  statusOf(desk.state, telemetry(desk, more));
const told = (desk: Desk): Record<string, unknown> =>
  JSON.parse(JSON.stringify(status(desk))) as Record<string, unknown>;

const ENDPOINT_CALL = {
  kind: 'operatorCommanded',
  command: 'reduce_only',
  reason: 'drill',
  operator: 'endpoint:ana',
} as const;
const COOLDOWN_MS = POLICY.parameters.emergencyReduceonlyCooldownS * 1_000;

function gap(desk: Desk): void {
  for (const tradeSeq of [1, 9]) {
    const { name } = BTC_CALL;
    const trade = { priceE8: priceE8(4_800_000), amountE8: amountE8(10_000_000) };
    desk.post({
      kind: 'publicTradeObserved',
      instrument: name,
      tradeSeq,
      side: 'buy',
      ...trade,
    });
  }
}

describe('an emergency call', () => {
  it('AT-132 holds its cooldown, begins it anew when repeated, and needs a reconciliation', () => {
    const desk = new Desk().boot();
    desk.post(ENDPOINT_CALL);
    desk.tick(COOLDOWN_MS - 10_000);
    desk.post(ENDPOINT_CALL);
    desk.tick(COOLDOWN_MS - 1_000);
    expect(desk.modeReasons).toContain('REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE');
    for (let round = 0; round < 30; round += 1) desk.tick(1_000);
    expect(desk.mode).toBe('Active');
  });

  it('AT-132 holds over a restart for what is left of its cooldown, and no longer', () => {
    const desk = new Desk().boot();
    desk.post(ENDPOINT_CALL);
    const after = desk.crash();
    for (let round = 0; round < 60; round += 1) after.tick(1_000);
    expect(after.modeReasons).toEqual(['REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE']);
    for (let round = 0; round < COOLDOWN_MS / 1_000 - 50; round += 1) after.tick(1_000);
    expect(after.mode).toBe('Active');
    expect(after.state.facts.operatorStop).toBeNull();
  });

  it('over an operator’s kill sets its flag and loosens nothing', () => {
    const desk = new Desk().boot();
    const word = { kind: 'operatorCommanded', reason: 'r', operator: 'dana' } as const;
    desk.post({ ...word, command: 'kill' });
    desk.post(ENDPOINT_CALL);
    for (let round = 0; round < 5; round += 1) desk.tick(1_000);
    expect(desk.modeReasons).toEqual(['KILL_RISKSTATE_KILL']);
    expect(desk.state.facts.operatorStop).toBe('kill');
    desk.post({ ...word, command: 'release' });
    expect(desk.modeReasons).toEqual(['REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE']);
  });

  it('is told with its times, and is none before the first', () => {
    const desk = new Desk().boot();
    expect(emergencyFlag(desk.state)).toEqual({
      active: false,
      calledAt: null,
      cooldownExpiresAt: null,
    });
    desk.post(ENDPOINT_CALL);
    const calledAt = Math.floor(desk.now);
    expect(emergencyFlag(desk.state)).toEqual({
      active: true,
      calledAt,
      cooldownExpiresAt: calledAt + COOLDOWN_MS,
    });
    desk.tick(1_000);
    const [step] = status(desk).owner_view.unblock;
    expect(step).toMatchObject({
      type: 'AUTO',
      current: expect.stringMatching(/called \d+ ms ago/) as string,
      target: expect.stringContaining(`${COOLDOWN_MS} ms since the last call`) as string,
    });
  });

  it('of the operator waits for the operator', () => {
    const desk = new Desk().boot();
    desk.post({ ...ENDPOINT_CALL, operator: 'dana' });
    expect(status(desk).owner_view.unblock[0]).toMatchObject({
      type: 'MANUAL',
      target: expect.stringContaining('holdfast emergency active') as string,
    });
  });
});

describe('every code', () => {
  const desk = new Desk().boot();
  const { observations, session } = desk.state;
  const clearing = {
    now: observations.now,
    parameters: POLICY.parameters,
    reconcileIntervalMs: session.reconcileIntervalMs,
    lastCleanAt: null,
    latchedAt: new Map(),
    riskCauses: new Map(),
    emergency: observations.emergency,
    operationsLock: { state: 'free' as const },
    operatorStop: null,
  };
  const NAMED = /holdfast [a-z]+|\d/;

  it.each(['daily_loss', 'weekly_loss', 'drawdown'] as const)(
    'a latched %s is reset with an approval, and no release of a stop ends it',
    (cause) => {
      const { target } = causeStanding(cause, clearing);
      expect(target).toContain('holdfast limits');
      expect(target).not.toContain('holdfast emergency');
    },
  );

  it.each(Object.keys(RISK_CAUSES) as RiskCause[])('cause %s ends by a measure', (cause) => {
    const standing = causeStanding(cause, clearing);
    expect(standing.target).toMatch(NAMED);
    expect(standing.current).toContain(cause);
    expect(CAUSE_REASONS[cause].meaning.length).toBeGreaterThan(15);
    expect(['benign', 'dangerous']).toContain(causeDanger(cause));
  });

  it.each(Object.keys(LATCH_REASONS) as (keyof typeof LATCH_REASONS)[])(
    'latch %s ends by a reconciliation, and says how often one is tried',
    (code) => {
      expect(latchStanding(code, clearing).target).toMatch(/^1 clean .*every \d+ ms$/);
      expect(LATCH_DANGER[code]).toBeDefined();
    },
  );

  it.each([...KILL_REASON_CODES, ...REDUCE_ONLY_REASON_CODES])(
    'mode %s says why, whether it is dangerous, and what ends it',
    (code) => {
      const reason = MODE_REASONS[code];
      expect(reason.meaning).toMatch(/^[A-Z].*\.$/);
      expect(MODE_DANGER[code]).toBeDefined();
      expect(code.startsWith('KILL_') ? MODE_DANGER[code] : 'dangerous').toBe('dangerous');
      if (unblockType(reason) === 'MANUAL') expect(reason.clears).toMatch(/Somebody|operator/);
    },
  );
});

describe('a reader', () => {
  it('believes a sound status, and takes its words from it', () => {
    const desk = new Desk().boot();
    gap(desk);
    const reading = readOwnerStatus(told(desk));
    expect(reading).toMatchObject({
      sound: true,
      code: 'REDUCEONLY_OPEN_PERMISSION_LATCHED',
      message: MODE_REASONS.REDUCEONLY_OPEN_PERMISSION_LATCHED.meaning,
      danger: 'dangerous',
    });
  });

  const sound = (() => {
    const desk = new Desk().boot();
    return told(desk);
  })();
  const unsound: readonly [string, Record<string, unknown>][] = [
    ['an unknown reason', { trading_mode: 'Kill', mode_reasons: ['KILL_MOON_PHASE'] }],
    ['an unknown mode', { trading_mode: 'Paused' }],
    ['an unknown latch code', { open_permission_reason_codes: ['MOON'] }],
    ['a restriction without a reason', { trading_mode: 'ReduceOnly' }],
    [
      'a latch without a code',
      { open_permission_blocked_latch: true, open_permission_requires_reconcile: true },
    ],
    ['a reason while Active', { mode_reasons: ['REDUCEONLY_POLICY_STALE'] }],
    ['a key too many', { extra: 1 }],
    [
      'a reason of another tier',
      { trading_mode: 'Kill', mode_reasons: ['REDUCEONLY_POLICY_STALE'] },
    ],
  ];

  it.each(unsound)('shows the same unhealthy state for %s, and none of its codes', (_, change) => {
    const reading = readOwnerStatus({ ...sound, ...change });
    expect(reading).toMatchObject({ sound: false, code: 'STATE_UNHEALTHY_STATUS_SCHEMA' });
    if (reading.sound) throw new Error('believed');
    expect(reading.message).toBe(UNHEALTHY_STATUS.meaning);
    expect(reading.action).toContain('holdfast emergency reduce-only');
    expect(JSON.stringify(reading)).not.toMatch(/MOON|Paused/);
  });
});

/**
 * Phases section 5.1, by what the contract makes of each situation: the published fixtures leave
 * out reasons that stand, and call three 10028 unconfirmed, which section 10 calls defects.
 */
describe('the golden situations', () => {
  const latched = 'REDUCEONLY_OPEN_PERMISSION_LATCHED';
  const degraded = 'REDUCEONLY_RISKSTATE_DEGRADED';

  it('restart_reconcile', () => {
    const desk = new Desk();
    const document = status(desk, { lastMessageAt: null });
    expect(document).toMatchObject({
      trading_mode: 'ReduceOnly',
      risk_state: 'Healthy',
      open_permission_reason_codes: ['RESTART_RECONCILE_REQUIRED'],
      owner_view: { primary_owner_reason_code: latched },
    });
    expect(document.mode_reasons).toContain(latched);
    expect(brokenRules(told(desk))).toEqual([]);
  });

  it('session_termination: one 10028 is unconfirmed, three are Kill', () => {
    const desk = new Desk().boot();
    desk.post({ kind: 'sessionTerminated', code: 10_028 });
    // The books went with the session; those of the references are there again.
    desk.tellCalm();
    expect(status(desk)).toMatchObject({
      trading_mode: 'ReduceOnly',
      risk_state: 'Degraded',
      mode_reasons: [latched, degraded, 'REDUCEONLY_SESSION_KILL_UNCONFIRMED'],
      open_permission_reason_codes: ['SESSION_TERMINATION_RECONCILE_REQUIRED'],
      '10028_count_5m': 1,
      connectivity_degraded: true,
    });
    for (let n = 0; n < 2; n += 1) desk.post({ kind: 'sessionTerminated', code: 10_028 });
    expect(status(desk)).toMatchObject({
      trading_mode: 'Kill',
      mode_reasons: ['KILL_RATE_LIMIT_SESSION_TERMINATION'],
      '10028_count_5m': 3,
    });
  });

  it('wal_backpressure: refused appends are Degraded, and the queue is shown', () => {
    const desk = new Desk().boot();
    desk.ledger = 'queue_full';
    desk.propose();
    const ledger = { depth: 1_024, capacity: 1_024, enqueueFailures: 17 };
    const document = status(desk, { ledger });
    expect(document).toMatchObject({
      trading_mode: 'ReduceOnly',
      risk_state: 'Degraded',
      wal_queue_depth: 1_024,
      wal_queue_enqueue_failures: 17,
    });
    expect(document.mode_reasons).toContain(degraded);
  });

  it('a gap of the feed is latched and says so first', () => {
    const desk = new Desk().boot();
    gap(desk);
    expect(status(desk)).toMatchObject({
      trading_mode: 'ReduceOnly',
      mode_reasons: [latched, degraded],
      connectivity_degraded: true,
      owner_view: { primary_owner_reason_code: latched },
    });
  });
});
