import { lineOf, NO_HASH } from '@holdfast/runtime/proof';
import type { ChainHead, Domain, Fact, GovernanceEvent } from '../store/event.ts';
import type { Appended, GovernanceStore } from '../store/store.ts';
import { Diary } from './diary.ts';
import { evaluateDrift } from './drift-gate.ts';
import { type Making, makeEntry } from './entry.ts';
import type { DiaryEntry, EntryDraft, Open } from './entry-schema.ts';
import { amend, type Decided, record, type Recording } from './record.ts';
import { OWN_LABELS } from './regime-labels.ts';
import { releaseExecution } from './release-execution.ts';

/** 2026-03-01T09:00:00.000Z */
export const T0 = Date.UTC(2026, 2, 1, 9);
export const STAGE_REASON = 'release_stage_paper_requires_paper_execution';
export const PAPER_THRESHOLDS = {
  warn_confidence_floor: 0.75,
  warn_notional_limit: 50_000,
  block_severity: 'alert',
} as const;

export const MAKING: Making = { now: T0, probes: new Map(), labels: OWN_LABELS };
export const RECORDING: Recording = {
  actor: 'loop',
  now: T0,
  hasLedgerRecord: true,
  labels: OWN_LABELS,
};

/** A decision at paper as the loop makes it, by the real gate and the real router. */
export function paperMetadata(status: 'normal' | 'warn' | 'alert' | null = 'normal'): Open {
  const snapshot =
    status === null ? null : { status, takenAt: T0, dimensions: {}, metadata: { id: 's' } };
  const drift = evaluateDrift({
    snapshot,
    snapshotAgeMaxMs: 60_000,
    stage: 'paper',
    thresholds: PAPER_THRESHOLDS,
    confidence: 0.9,
    notionalUsd: 1_000,
    now: T0,
  });
  return {
    release_stage: 'paper',
    execution_mode: 'paper',
    provenance: { clock: 'real', venue: 'live', data: 'recorded' },
    drift_decision: drift,
    release_execution: releaseExecution({
      stage: 'paper',
      route: 'paper',
      forced: drift.force_paper,
      reasons: drift.reason === undefined ? [] : [drift.reason],
    }),
  };
}

export function draftOf(change: Partial<EntryDraft> = {}): EntryDraft {
  return {
    policy_id: 'alpha',
    decision: { tactic_id: 'alpha', parameters: { width: 2 }, selected_weight: 1 },
    regime_state: {
      regime: 'balanced',
      confidence: 0.8,
      features: { trend: 0.1, basis: 0.0004 },
      timestamp: '2026-03-01T09:00:00.000Z',
    },
    outcomes: { paper_pnl: 0 },
    recorded_at: '2026-03-01T09:00:00.000Z',
    metadata: paperMetadata(),
    ...change,
  };
}

export function entryOf(change: Partial<EntryDraft> = {}, making: Making = MAKING): DiaryEntry {
  const made = makeEntry(draftOf(change), making);
  if (!made.ok) throw new Error(JSON.stringify(made.violations));
  return made.value;
}

/** An entry of its own, `index` minutes later. */
export function entryAt(index: number, change: Partial<EntryDraft> = {}): DiaryEntry {
  const recorded_at = new Date(T0 + index * 60_000).toISOString();
  return entryOf({ recorded_at, entry_id: `dd-${index}`, ...change });
}

const EMPTY: ChainHead = { seq: -1, hash: NO_HASH };

/** As a store chains them. */
export function eventsOf(
  facts: readonly Fact[],
  after: ChainHead = EMPTY,
  at = T0,
  domain: Domain = 'diary',
): readonly GovernanceEvent[] {
  let prev_hash = after.hash;
  return facts.map((fact, index) => {
    const ts = new Date(at).toISOString();
    const body = { v: 1 as const, domain, seq: after.seq + 1 + index, ts, ...fact, prev_hash };
    const { hash } = lineOf(body);
    prev_hash = hash;
    return { ...body, hash };
  });
}

/** What was decided, or an error that says why not. */
export function factsOf(decided: Decided): readonly Fact[] {
  if (!decided.ok) throw new Error(`${decided.code}: ${decided.detail}`);
  return decided.facts;
}

/** A diary and its chain, step by step. */
export class ChainDesk {
  readonly diary = new Diary();
  readonly events: GovernanceEvent[] = [];

  take(facts: readonly Fact[]): this {
    for (const event of eventsOf(facts, this.diary.head)) {
      this.diary.apply(event);
      this.events.push(event);
    }
    return this;
  }

  record(entry: DiaryEntry, change: Partial<Recording> = {}): this {
    const now = Date.parse(entry.recorded_at);
    return this.take(factsOf(record(this.diary, entry, { ...RECORDING, now, ...change })));
  }

  amend(entryId: string, patch: Open): this {
    const amending = { entryId, patch, actor: 'router', reason: 'routed', now: T0 };
    return this.take(factsOf(amend(this.diary, amending)));
  }
}

/** Keeps the chain of one domain in memory; `rival` is written in front of the next append. */
export class MemoryStore implements GovernanceStore {
  readonly events: GovernanceEvent[] = [];
  rivals: (readonly Fact[])[] = [];

  async head(): Promise<ChainHead> {
    const last = this.events.at(-1);
    return last === undefined ? EMPTY : { seq: last.seq, hash: last.hash };
  }

  async append(
    domain: Domain,
    after: ChainHead,
    facts: readonly Fact[],
    at: number,
  ): Promise<Appended> {
    const rival = this.rivals.shift();
    if (rival !== undefined) this.events.push(...eventsOf(rival, await this.head(), at, domain));
    const head = await this.head();
    if (head.hash !== after.hash) return { ok: false, code: 'head_moved', head };
    const events = eventsOf(facts, head, at, domain);
    this.events.push(...events);
    return { ok: true, events };
  }

  async *read(_domain: Domain, from = 0): AsyncIterable<GovernanceEvent> {
    yield* this.events.slice(from);
  }

  async close(): Promise<void> {
    this.events.length = 0;
  }
}
