/**
 * Under CSP governance is no input (contract-1 section 1.4): the same life, once with nothing said
 * of governance and once with anything at all, is the same to the last byte.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describe as describeStatus } from '../src/status.ts';
import { currentRiskState } from '../src/guard/risk-state.ts';
import { wallMs } from '../src/values/index.ts';
import { Desk, type DeskOptions } from './desk.ts';
import { AILING, GOVERNANCE_READINGS, type GovernanceReadings } from './governance-readings.ts';

const SILENT: GovernanceReadings = { evidenceChain: null, strays: {} };

/** A desk in whose world governance says these things before every event, in turn. */
function deskUnder(
  said: readonly GovernanceReadings[],
  enforcedProfile: DeskOptions['enforcedProfile'] = 'CSP',
): Desk {
  let turn = 0;
  // A desk hears its first events while it is made.
  const made: { desk: Desk | null } = { desk: null };
  made.desk = new Desk({
    enforcedProfile,
    hears: (event) => {
      const { evidenceChain, strays } = said[turn % said.length] ?? SILENT;
      turn += 1;
      if (made.desk !== null) {
        made.desk.state.observations.guardInputs.evidenceChain = evidenceChain;
      }
      const spoiled = 'policy' in event ? { policy: { ...event.policy, ...strays } } : {};
      return { ...strays, ...event, ...spoiled };
    },
  });
  return made.desk;
}

/** One thing that happens to an engine. */
type Happening = (desk: Desk) => void;

const last = (desk: Desk) => desk.submits.at(-1);
const GTC = { timeInForce: 'good_til_cancelled', postOnly: true, limitPrice: 0.045 } as const;

const HAPPENINGS: Readonly<Record<string, Happening>> = {
  tick: (desk) => desk.tick(),
  later: (desk) => desk.tick(11_000),
  open: (desk) => desk.propose(),
  rest: (desk) => {
    const before = desk.submits.length;
    desk.propose(GTC);
    if (desk.submits.length > before) desk.rest(last(desk));
  },
  cancel: (desk) => {
    const label = last(desk)?.order.terms.label;
    if (label !== undefined) desk.proposeCancel(label);
  },
  close: (desk) => desk.proposeClose(0.1),
  fill: (desk) => {
    if (last(desk) !== undefined) desk.fill(last(desk), `t-${desk.submits.length}`);
  },
  fail: (desk) => {
    if (last(desk) !== undefined) desk.report(last(desk), 'cancelled');
  },
  lose: (desk) => desk.post({ kind: 'sessionChanged', connected: false }),
  connect: (desk) => desk.post({ kind: 'sessionChanged', connected: true }),
  spoil: (desk) => {
    desk.certificate = desk.certificate === 'PASS' ? 'FAIL' : 'PASS';
  },
  jam: (desk) => {
    desk.ledger = desk.ledger === 'instant' ? 'queue_full' : 'instant';
  },
  mute: (desk) => {
    if (!desk.silent.delete('reconciliation')) desk.silent.add('reconciliation');
  },
};

/** Often an order and the time it needs, so that most lives trade. */
const HAPPENING = fc.oneof(
  fc.constantFrom('open', 'rest', 'tick', 'later'),
  fc.constantFrom(...Object.keys(HAPPENINGS)),
);

/** Everything that leaves the core, and everything safety stands on, after each happening. */
function lived(desk: Desk, happenings: readonly string[]): string {
  const moments: unknown[] = [];
  desk.boot();
  for (const name of ['tick', ...happenings]) {
    HAPPENINGS[name]?.(desk);
    const { observations } = desk.state;
    const { evidenceChain: _, ...inputs } = observations.guardInputs;
    moments.push({
      name,
      mode: [desk.mode, ...desk.modeReasons],
      risk: currentRiskState(observations.riskCauses),
      latch: observations.latch,
      inputs,
      status: describeStatus(desk.state, {
        now: wallMs(desk.now),
        ledger: { depth: 0, capacity: 1, enqueueFailures: 0 },
        requestP95Ms: null,
        lastMessageAt: null,
        count429In5m: 0,
        supportedProfiles: ['CSP'],
      }),
    });
  }
  const { trail, records, submits, cancels, decisions, fetches, reconnects } = desk;
  const effects = { trail, records, submits, cancels, decisions, fetches, reconnects };
  return JSON.stringify({ moments, effects }, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
}

describe('under CSP', () => {
  it('AT-991 AT-1070 test_csp_ignores_gop_health: any reading, any life, the same bytes', () => {
    let sent = 0;
    fc.assert(
      fc.property(
        fc.array(HAPPENING, { minLength: 4, maxLength: 30, size: 'max' }),
        fc.array(GOVERNANCE_READINGS, { minLength: 1, maxLength: 6 }),
        (happenings, said) => {
          const alone = deskUnder([SILENT]);
          expect(lived(deskUnder(said), happenings)).toBe(lived(alone, happenings));
          sent += alone.submits.length;
        },
      ),
      { numRuns: 150 },
    );
    expect(sent).toBeGreaterThan(100);
  });

  it('AT-991 governance at its worst, everything else well: Active, and the open is sent', () => {
    const desk = deskUnder([AILING]).boot();
    expect(desk.state.observations.guardInputs.evidenceChain).toBe('RED');
    expect([desk.mode, ...desk.modeReasons]).toEqual(['Active']);
    desk.propose();
    expect(desk.refusals).toEqual([]);
    expect(desk.submits).toHaveLength(1);
  });

  it('AT-1070 broken replay evidence alone: mode, risk state and the open are untouched', () => {
    const broken = [
      { snapshot_coverage_pct: 0 },
      { decision_snapshot_write_errors: 9, snapshot_coverage_pct: null },
      { replay_quality: 'BROKEN', replay_apply_mode: 'SHADOW_ONLY', open_haircut_mult: 0 },
      { replay_gatekeeper: 'ERROR' },
    ];
    for (const strays of broken) {
      const desk = deskUnder([{ evidenceChain: 'RED', strays }]).boot();
      desk.propose();
      const terms = desk.submits[0]?.order.terms;
      expect(desk.mode).toBe('Active');
      expect(currentRiskState(desk.state.observations.riskCauses)).toBe('Healthy');
      const whole = new Desk().boot();
      whole.propose();
      expect(terms).toBeDefined();
      expect(terms?.amountE8).toBe(whole.submits[0]?.order.terms.amountE8);
    }
  });
});

describe('outside CSP the same readings do count', () => {
  const judged = (evidenceChain: GovernanceReadings['evidenceChain']): readonly unknown[] => {
    const desk = deskUnder([{ evidenceChain, strays: {} }], 'GOP').boot();
    desk.propose();
    return [desk.mode, desk.submits.length, desk.modeReasons];
  };

  it('green evidence opens, red and unknown evidence does not', () => {
    expect(judged('GREEN')).toEqual(['Active', 1, []]);
    expect(judged('RED')).toEqual(['ReduceOnly', 0, ['REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN']]);
    expect(judged(null)).toEqual([
      'ReduceOnly',
      0,
      ['REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN', 'REDUCEONLY_INPUT_MISSING_OR_STALE'],
    ]);
  });

  it('and the comparison sees it', () => {
    const life = ['open', 'tick'];
    const green: GovernanceReadings = { evidenceChain: 'GREEN', strays: {} };
    const red: GovernanceReadings = { evidenceChain: 'RED', strays: {} };
    expect(lived(deskUnder([red], 'GOP'), life)).not.toBe(lived(deskUnder([green], 'GOP'), life));
  });
});
