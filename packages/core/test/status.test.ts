import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MODE_REASONS } from '../src/reasons.ts';
import { describe as statusOf, healthOf, type StatusTelemetry } from '../src/status.ts';
import { BTC_CALL } from '../src/gates/context.fixture.ts';
import { amountE8, monoMs, priceE8, wallMs } from '../src/values/index.ts';
import { Desk } from './desk.ts';
import { brokenRules, STATUS_KEYS } from './status-rules.ts';

const telemetry = (desk: Desk, more: Partial<StatusTelemetry> = {}): StatusTelemetry => ({
  now: wallMs(desk.now),
  ledger: { depth: 3, capacity: 1_024, enqueueFailures: 0 },
  requestP95Ms: null,
  lastMessageAt: desk.now - 40,
  count429In5m: 0,
  supportedProfiles: ['CSP'],
  ...more,
});

const status = (desk: Desk, more: Partial<StatusTelemetry> = {}) =>
  statusOf(desk.state, telemetry(desk, more));

/** As a reader over the wire has it. */
const told = (desk: Desk): unknown => JSON.parse(JSON.stringify(status(desk)));

function gap(desk: Desk): void {
  for (const tradeSeq of [1, 9]) {
    const priceOf = priceE8(4_800_000);
    const { name } = BTC_CALL;
    const trade = { tradeSeq, priceE8: priceOf, amountE8: amountE8(10_000_000) };
    desk.post({ kind: 'publicTradeObserved', instrument: name, side: 'buy', ...trade });
  }
}

describe('the status document', () => {
  it('AT-023 AT-405 AT-419 always has every key of the core-safety schema, version 1', () => {
    for (const desk of [new Desk(), new Desk().boot()]) {
      const document = status(desk);
      expect(brokenRules(told(desk))).toEqual([]);
      expect(Object.keys(document).sort()).toEqual(
        [...STATUS_KEYS, 'owner_view', 'launch_policy'].sort(),
      );
      expect(document.status_schema_version).toBe(1);
      expect([document['429_count_5m'], document['10028_count_5m']]).toEqual([0, 0]);
    }
  });

  it('a fresh process knows little and says so', () => {
    const document = status(new Desk({ keepsCalm: false }), { lastMessageAt: null });
    expect(document.trading_mode).toBe('ReduceOnly');
    const unknown = Object.entries(document).flatMap(([key, value]) =>
      value === null ? [key] : [],
    );
    expect(unknown).toEqual([
      'bunker_mode_active',
      'policy_age_sec',
      'last_policy_update_ts',
      'f1_cert_expires_at',
      'disk_used_pct',
      'disk_used_last_update_ts_ms',
      'disk_used_pct_secondary',
      'disk_used_secondary_last_update_ts_ms',
      'mm_util',
      'mm_util_last_update_ts_ms',
      'loop_tick_last_ts_ms',
      'deribit_http_p95_ms',
      'ws_event_lag_ms',
    ]);
  });

  it('AT-024 AT-025 AT-026 AT-027 AT-342 keeps its rules through any run of troubles', () => {
    const troubles: readonly ((desk: Desk) => void)[] = [
      gap,
      (desk) => desk.post({ kind: 'sessionTerminated', code: 10_028 }),
      (desk) => desk.post({ kind: 'sessionChanged', connected: false }),
      (desk) => desk.post({ kind: 'sessionChanged', connected: true }),
      (desk) => {
        desk.certificate = desk.certificate === 'PASS' ? 'FAIL' : null;
      },
      (desk) => {
        desk.certificate = 'PASS';
      },
      (desk) => {
        desk.account.maintenanceE8 = 880_000_000;
      },
      (desk) => {
        desk.account.maintenanceE8 = 1_200_000_000;
      },
      (desk) => desk.post({ kind: 'diskMeasured', used: 0.93, secondary: 0.5 }),
      (desk) => desk.post({ kind: 'diskMeasured', used: 0.93, secondary: 0.94 }),
      (desk) => desk.post({ kind: 'diskMeasured', used: 93, secondary: Number.NaN }),
      (desk) => {
        desk.health = { locked: !desk.health.locked, maintenance: [] };
      },
      (desk) => {
        const operator = 'o';
        desk.post({ kind: 'operatorCommanded', command: 'kill', reason: 'drill', operator });
      },
      (desk) => {
        const operator = 'o';
        desk.post({ kind: 'operatorCommanded', command: 'release', reason: 'drill', operator });
      },
      (desk) => desk.tick(1_000),
      (desk) => desk.tick(11_000),
      (desk) => {
        desk.now += 400_000;
        desk.post({ kind: 'ticked' });
      },
    ];
    const modes = new Set<string>();
    fc.assert(
      fc.property(fc.array(fc.nat(troubles.length - 1), { maxLength: 12 }), (chosen) => {
        const desk = new Desk().boot();
        for (const index of chosen) {
          troubles[index]?.(desk);
          expect(brokenRules(told(desk))).toEqual([]);
          modes.add(status(desk).trading_mode);
        }
      }),
      { numRuns: 150, seed: 1 },
    );
    expect([...modes].sort()).toEqual(['Active', 'Kill', 'ReduceOnly']);
  });

  it('the rules themselves refuse what breaks them', () => {
    const sound = status(new Desk().boot());
    const broken = (changes: object): readonly string[] => brokenRules({ ...sound, ...changes });
    const latched = ['RESTART_RECONCILE_REQUIRED'];
    const stale = 'REDUCEONLY_POLICY_STALE';
    expect(broken({ mode_reasons: [stale] })).toContain('[INVARIANT] reasons');
    expect(broken({ trading_mode: 'Kill', mode_reasons: [stale] })).toContain('[TIER]');
    const unsorted = ['REDUCEONLY_POLICY_STALE', 'REDUCEONLY_F1_CERT_INVALID'];
    expect(broken({ trading_mode: 'ReduceOnly', mode_reasons: unsorted })).toContain('[ORDER]');
    expect(broken({ open_permission_blocked_latch: true })).toContain('[LATCH] codes');
    expect(
      broken({
        trading_mode: 'ReduceOnly',
        mode_reasons: [stale],
        open_permission_blocked_latch: true,
        open_permission_requires_reconcile: true,
        open_permission_reason_codes: latched,
      }),
    ).toContain('[DECISION-A] reason');
    expect(broken({ f1_cert_state: 'MISSING' })).toContain('[F1]');
    expect(broken({ wal_queue_depth: 2_000 })).toContain('[WAL]');
    expect(broken({ extra: 1 })).toEqual(['[SCHEMA] /extra unknown_key']);
    expect(broken({ trading_mode: 'Paused' })[0]).toContain('[SCHEMA] /trading_mode');
    const { ws_event_lag_ms: _gone, ...lacking } = sound;
    expect(brokenRules(lacking)).toEqual(['[SCHEMA] /ws_event_lag_ms missing_key']);
  });

  it('AT-028 AT-406 says when the policy was vouched for, and the whole seconds since', () => {
    const desk = new Desk().boot();
    const generatedAt = monoMs(desk.now);
    const { policy } = desk.state.observations;
    if (policy === null) throw new Error('no policy');
    desk.post({ kind: 'policyOffered', policy, hash: 'p1', generatedAt });
    desk.now += 123_000;
    const document = status(desk);
    expect(document.last_policy_update_ts).toBe(generatedAt);
    expect(document.policy_age_sec).toBe(123);
    expect(status(desk, { now: wallMs(desk.now + 999) }).policy_age_sec).toBe(123);
    expect(status(desk, { now: wallMs(generatedAt - 1) }).policy_age_sec).toBeNull();
  });

  it('AT-003 AT-412 a certificate passes until it lapses; a missing one has no end', () => {
    const desk = new Desk().boot();
    const generatedAt = desk.state.observations.certificate?.generatedAt ?? 0;
    expect(status(desk).f1_cert_state).toBe('PASS');
    expect(status(desk).f1_cert_expires_at).toBe(generatedAt + 86_400_000);
    desk.post({ kind: 'certificateRead', certificate: null });
    const document = status(desk);
    expect([document.f1_cert_state, document.f1_cert_expires_at]).toEqual(['MISSING', null]);
    expect(document.mode_reasons).toContain('REDUCEONLY_F1_CERT_INVALID');
  });

  it('AT-351 a stale policy alone shows its own reason and no other', () => {
    const desk = new Desk().boot();
    desk.state.observations.policyGeneratedAt = monoMs(desk.now - 300_001);
    expect(status(desk).mode_reasons).toEqual(['REDUCEONLY_POLICY_STALE']);
    desk.state.observations.policyGeneratedAt = monoMs(desk.now - 300_000);
    expect(status(desk).mode_reasons).toEqual([]);
  });

  it('AT-202 AT-212 a hole in the trades is shown, and as degraded connectivity', () => {
    const desk = new Desk().boot();
    gap(desk);
    const document = status(desk);
    expect(document.open_permission_reason_codes).toEqual(['WS_TRADES_GAP_RECONCILE_REQUIRED']);
    expect(document.connectivity_degraded).toBe(true);
    expect(document.risk_state).toBe('Degraded');
  });

  it('AT-403 so are a restart and an inventory that differs', () => {
    const restarted = new Desk();
    expect(status(restarted).open_permission_reason_codes).toEqual(['RESTART_RECONCILE_REQUIRED']);
    expect(status(restarted).connectivity_degraded).toBe(true);
    const desk = new Desk().boot();
    desk.venue?.positions.push({ instrument: BTC_CALL.name, amountE8: 10_000_000 as never });
    for (let round = 0; round < 150; round += 1) desk.tick();
    const document = status(desk);
    expect(document.open_permission_reason_codes).toEqual([
      'INVENTORY_MISMATCH_RECONCILE_REQUIRED',
    ]);
    expect(document.connectivity_degraded).toBe(true);
  });

  it('AT-352 bunker mode alone is degraded connectivity', () => {
    const desk = new Desk().boot();
    desk.calm.network = { httpP95Ms: 100, timeoutRate: 0, lagMs: 2_001 };
    desk.tick();
    const document = status(desk);
    expect([document.bunker_mode_active, document.connectivity_degraded]).toEqual([true, true]);
    expect(document.open_permission_reason_codes).toEqual([]);
    expect(document.mode_reasons).toEqual(['REDUCEONLY_BUNKER_MODE_ACTIVE']);
  });

  it('AT-353 without bunker mode and without a latch connectivity is good', () => {
    const document = status(new Desk().boot());
    expect([document.bunker_mode_active, document.connectivity_degraded]).toEqual([false, false]);
  });

  it('connectivity nobody has measured is unknown, never good', () => {
    const desk = new Desk({ keepsCalm: false });
    desk.post({ kind: 'ticked' });
    expect(status(desk).bunker_mode_active).toBeNull();
    expect(status(desk).mode_reasons).toContain('REDUCEONLY_INPUT_MISSING_OR_STALE');
  });

  it('AT-907 the ledger’s queue is shown as it is told', () => {
    const ledger = { depth: 1_024, capacity: 1_024, enqueueFailures: 17 };
    const document = status(new Desk().boot(), { ledger });
    expect(document.wal_queue_depth).toBe(1_024);
    expect(document.wal_queue_capacity).toBe(1_024);
    expect(document.wal_queue_enqueue_failures).toBe(17);
    expect(brokenRules(document)).toEqual([]);
  });

  it('margin use beyond the whole is told as it is', () => {
    const desk = new Desk().boot();
    desk.account.maintenanceE8 = 1_200_000_000;
    for (let round = 0; round < 110; round += 1) desk.tick();
    const document = status(desk);
    expect([document.trading_mode, document.mm_util]).toEqual(['Kill', 1.2]);
    expect(brokenRules(document)).toEqual([]);
  });

  it('cannot be changed by whoever holds it', () => {
    const document = status(new Desk());
    expect(Object.isFrozen(document) && Object.isFrozen(document.owner_view.unblock)).toBe(true);
    expect(Object.isFrozen(document.mode_reasons)).toBe(true);
  });
});

describe('the owner’s view', () => {
  it('is the first reason, in the catalogue’s words, with every step to clear it', () => {
    const desk = new Desk().boot();
    gap(desk);
    const { owner_view: view } = status(desk);
    const code = 'REDUCEONLY_OPEN_PERMISSION_LATCHED';
    expect(view.primary_owner_reason_code).toBe(code);
    expect(view.owner_message).toBe(MODE_REASONS[code].meaning);
    expect(view.unblock.map(({ type, current }) => [type, current])).toEqual([
      ['AUTO', 'WS_TRADES_GAP_RECONCILE_REQUIRED'],
      ['AUTO', 'risk_state Degraded'],
      [
        'AUTO',
        'WS_TRADES_GAP_RECONCILE_REQUIRED, standing for 0 ms; last clean reconciliation 1 ms ago',
      ],
      ['AUTO', 'ws_trades_gap, last seen 0 ms ago; last clean reconciliation 1 ms ago'],
    ]);
  });

  it('waits for a person where only a person can end it', () => {
    const desk = new Desk().boot();
    desk.certificate = 'FAIL';
    desk.tick();
    expect(status(desk).owner_view.unblock).toEqual([
      {
        type: 'MANUAL',
        condition: MODE_REASONS.REDUCEONLY_F1_CERT_INVALID.clears,
        current: 'f1_cert_state FAIL',
        target: 'f1_cert_state PASS',
      },
    ]);
  });

  it('without a reason is the state, and there is nothing to do', () => {
    expect(status(new Desk().boot()).owner_view).toEqual({
      primary_owner_reason_code: 'STATE_IDLE_HEALTHY',
      owner_message: expect.stringContaining('Healthy') as string,
      unblock: [],
    });
  });
});

describe('health', () => {
  it('names the build and the contract, and says in words what holds it back', () => {
    const desk = new Desk();
    const health = healthOf(status(desk));
    expect([health.ok, health.build_id, health.contract_version]).toEqual([true, 'b1', '5.2']);
    const { mode_reasons: reasons, open_permission_reason_codes: latched } = status(desk);
    expect(health.reasons.map(({ code }) => code)).toEqual([...reasons, ...latched]);
    for (const reason of health.reasons) expect(reason.clears.length).toBeGreaterThan(10);
    expect(healthOf(status(new Desk().boot())).reasons).toEqual([]);
  });
});
