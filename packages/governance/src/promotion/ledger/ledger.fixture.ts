/** A ledger at work: commands become events in a chain, as a store would make them. */
import { lineOf, NO_HASH } from '@holdfast/runtime/proof';
import type { Fact, GovernanceEvent } from '../../store/event.ts';
import type { Posture } from '../posture.ts';
import type { Stage } from '../stage.ts';
import type { Approval } from './approvals.ts';
import type {
  Consent,
  DecisionContext,
  LedgerCommand,
  PromoteCommand,
  WaiveCommand,
  Wish,
} from './command.ts';
import { waiverDigest } from './consent.ts';
import { decide } from './decide.ts';
import type { EvidenceFinding } from './evidence.ts';
import { applyEvent, EMPTY_LEDGER, type LedgerState } from './fold.ts';
import { postureOf } from './posture-of.ts';
import { basisOfWish, type Decision } from './promote.ts';
import type { PolicyRecord } from './record.ts';

export const NOW = Date.UTC(2026, 2, 1, 10);
export const HOUR = 3_600_000;
const KEY = 'c'.repeat(64);
export const ASSESSMENT = 'a'.repeat(64);
export const CODE = '4e57f692';
export const CHECKED = {
  promotion_checklist: { oos_regime_grid: true, leakage_checks: true, risk_audit: true },
};
export const DELTA = { risk_config: { max_leverage: 6 }, notes: ['Cut leverage'] };

/** Evidence of every stage, each good for it and above. */
const FOUND = new Map<string, EvidenceFinding>([
  ['dd-experiment', { found: 'resolved', stage: 'experiment', hash: '1'.repeat(64) }],
  ['dd-paper', { found: 'resolved', stage: 'paper', hash: '2'.repeat(64) }],
  ['dd-pilot', { found: 'resolved', stage: 'pilot', hash: '3'.repeat(64) }],
  ['dd-live', { found: 'resolved', stage: 'limited_live', hash: '4'.repeat(64) }],
  ['dd-foreign', { found: 'policy_mismatch' }],
  ['dd-forged', { found: 'signature_invalid' }],
  ['dd-old', { found: 'too_old', stage: 'experiment', hash: '5'.repeat(64) }],
  ['dd-down', { found: 'unavailable' }],
  ['dd-nowhere', { found: 'resolved', stage: null, hash: '6'.repeat(64) }],
]);

function chained(
  facts: readonly Fact[],
  before: readonly GovernanceEvent[],
  at: number,
): GovernanceEvent[] {
  const events: GovernanceEvent[] = [];
  for (const fact of facts) {
    const last = events.at(-1) ?? before.at(-1);
    const { line } = lineOf({
      ...fact,
      v: 1,
      domain: 'ledger',
      seq: (last?.seq ?? -1) + 1,
      ts: new Date(at).toISOString(),
      prev_hash: last?.hash ?? NO_HASH,
    });
    events.push(JSON.parse(line) as GovernanceEvent);
  }
  return events;
}

export class LedgerDesk {
  readonly events: GovernanceEvent[] = [];
  state: LedgerState = EMPTY_LEDGER;
  now = NOW;
  readonly evidence = new Map(FOUND);

  decide(command: LedgerCommand, context: Partial<DecisionContext> = {}): Decision {
    const { now, evidence } = this;
    const known = { requiresEvidence: true, codeHash: CODE, diaryPath: null };
    return decide(this.state, command, { ...known, now, evidence, ...context });
  }

  /** Decides and writes. */
  run(command: LedgerCommand, context: Partial<DecisionContext> = {}): Decision {
    const decided = this.decide(command, context);
    if (decided.ok) this.write(decided.facts);
    return decided;
  }

  /** As `run`; a refusal is a mistake of the test. */
  do(command: LedgerCommand, context: Partial<DecisionContext> = {}): void {
    const decided = this.run(command, context);
    if (!decided.ok) throw new Error(`${decided.code}: ${decided.detail}`);
  }

  write(facts: readonly Fact[]): void {
    for (const event of chained(facts, this.events, this.now)) {
      this.events.push(event);
      this.state = applyEvent(this.state, event);
    }
  }

  record(policyId = 'alpha'): PolicyRecord {
    const policy = this.state.policies.get(policyId);
    if (policy === undefined) throw new Error(`no record of ${policyId}`);
    return policy.record;
  }

  posture(policyId = 'alpha'): Posture {
    return postureOf(this.state, policyId, this.now, this.evidence);
  }

  /** An approval of what is wished for, as things stand. */
  approval(stage: Stage, wish: Wish, by: string, change: Partial<Approval> = {}): Approval {
    const [approver = '', role = 'risk'] = by.split(':');
    const found = basisOfWish(this.state, 'alpha', stage, wish);
    if (!found.ok) throw new Error(found.detail);
    return {
      role,
      approver,
      approved_at: new Date(this.now - HOUR).toISOString(),
      expires_at: new Date(this.now + HOUR).toISOString(),
      target_stage: stage,
      evidence_id: found.basis.evidenceId,
      config_hash: found.basis.configHash,
      assessment_digest: ASSESSMENT,
      key_id: KEY,
      ...change,
    };
  }

  /** A promotion that nothing is wrong with but what is changed of it. */
  promotion(
    stage: Stage,
    wish: Wish,
    by: readonly string[],
    change: Partial<PromoteCommand> = {},
  ): PromoteCommand {
    return {
      kind: 'promote',
      policyId: 'alpha',
      actor: 'desk',
      stage,
      requestedBy: 'dora',
      reason: 'earned',
      wish,
      approvals: by.map((each) => this.approval(stage, wish, each)),
      assessment: { digest: ASSESSMENT, blockers: [] },
      waiverIds: [],
      ...change,
    };
  }

  /** Up the ladder, as it should be. */
  upTo(stage: Stage): this {
    this.do(this.promotion('paper', { evidenceId: 'dd-experiment' }, []));
    if (stage === 'paper') return this;
    this.do(this.promotion('pilot', { evidenceId: 'dd-paper' }, ['ana:risk']));
    if (stage === 'pilot') return this;
    const wish = { evidenceId: 'dd-pilot', metadata: CHECKED };
    this.do(this.promotion('limited_live', wish, ['ana:risk', 'ben:compliance']));
    return this;
  }

  consent(digest: string, by: string, change: Partial<Consent> = {}): Consent {
    const [approver = '', role = 'risk'] = by.split(':');
    return {
      approver,
      role,
      key_id: KEY,
      digest,
      approved_at: new Date(this.now).toISOString(),
      expires_at: new Date(this.now + HOUR).toISOString(),
      ...change,
    };
  }

  waiver(change: Partial<WaiveCommand> = {}, by = ['ana:risk', 'ben:compliance']): WaiveCommand {
    const command: WaiveCommand = {
      kind: 'waive',
      policyId: 'alpha',
      actor: 'desk',
      waiverId: 'w-1',
      waives: 'blockers',
      scope: 'pilot',
      reason: 'the venue was down for a week',
      expiresAt: new Date(this.now + 24 * HOUR).toISOString(),
      consents: [],
      ...change,
    };
    const digest = waiverDigest(command);
    return { ...command, consents: by.map((each) => this.consent(digest, each)), ...change };
  }
}

/** The code of a refusal, or `ok`. */
export const codeOf = (decision: Decision): string => (decision.ok ? 'ok' : decision.code);
export const detailOf = (decision: Decision): string => (decision.ok ? 'ok' : decision.detail);
