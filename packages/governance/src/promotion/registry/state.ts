/**
 * What the chain of the registry adds up to. A chain is believed only where every step in it is one
 * that could be taken: a status that nobody earned is found here, whoever wrote it down.
 */
import { NO_HASH } from '@holdfast/runtime/proof';
import type { ChainHead, GovernanceEvent } from '../../store/event.ts';
import {
  type Champion,
  type GuardRecord,
  type RegistryEvent,
  type RegistryPayloads,
  readRegistryEvent,
} from './events.ts';
import { isGated, LOWER, type Status, stepOf } from './status.ts';

export interface Strategy {
  readonly strategyId: string;
  readonly champion: Champion;
  readonly status: Status;
  /** UTC, of its first registration; nothing changes it (G-26). */
  readonly createdAt: string;
  /** Number of the event it was first registered by. */
  readonly createdSeq: number;
  /** Epoch ms: from here on its evidence counts; 0 where all of it does. */
  readonly evidenceSince: number;
}

/** One row of the history (5.1): each event of the chain is one. */
export interface StatusRow {
  readonly seq: number;
  readonly strategyId: string;
  readonly from: Status | null;
  readonly to: Status;
  readonly actor: string;
  readonly reason: string;
  readonly guard: GuardRecord | null;
  /** UTC. */
  readonly at: string;
  readonly prevHash: string;
  readonly hash: string;
}

export interface RegistryState {
  readonly head: ChainHead;
  readonly strategies: ReadonlyMap<string, Strategy>;
  readonly rows: readonly StatusRow[];
}

export const EMPTY_REGISTRY: RegistryState = {
  head: { seq: -1, hash: NO_HASH },
  strategies: new Map(),
  rows: [],
};

export type RegistryFold =
  | { readonly ok: true; readonly state: RegistryState }
  | {
      readonly ok: false;
      /** No fact of a registry; or one that could not happen to what was there. */
      readonly code: 'event_malformed' | 'event_impossible';
      readonly seq: number;
      readonly detail: string;
    };

/** @param events what follows the state, in order; links were checked where they were read. */
export function foldRegistry(
  events: Iterable<GovernanceEvent>,
  from: RegistryState = EMPTY_REGISTRY,
): RegistryFold {
  const strategies = new Map(from.strategies);
  const rows = [...from.rows];
  let { head } = from;
  for (const event of events) {
    const { seq, hash, type, subject, payload } = event;
    const no = (code: 'event_malformed' | 'event_impossible', detail: string): RegistryFold => {
      return { ok: false, code, seq, detail };
    };
    if (seq !== head.seq + 1 || event.prev_hash !== head.hash) {
      return no('event_impossible', `it does not follow event ${head.seq}`);
    }
    const known = readRegistryEvent(type, payload);
    if (known === null) return no('event_malformed', `${type} about ${subject}`);
    const before = strategies.get(subject) ?? null;
    const wrong = wrongWith(known, before, strategies);
    if (wrong !== null) return no('event_impossible', `${type} about ${subject}: ${wrong}`);
    strategies.set(subject, after(known, before, event));
    rows.push(rowOf(known, event));
    head = { seq, hash };
  }
  return { ok: true, state: { head, strategies, rows } };
}

type Strategies = ReadonlyMap<string, Strategy>;

/** Why it could not have happened; null where it could. */
function wrongWith(
  event: RegistryEvent,
  before: Strategy | null,
  strategies: Strategies,
): string | null {
  if (event.type === 'champion_registered') return wrongChampion(event.payload, before, strategies);
  if (before === null) return 'nobody has registered it';
  if (event.type === 'fallback_guard_rejected') {
    const { status, guard } = event.payload;
    if (status !== before.status || status !== 'approved_fallback') return 'it is no fallback';
    return guard.ok ? 'the guard has passed it' : null;
  }
  const { from, to } = event.payload;
  if (from !== before.status) return `it was ${before.status}, and not ${from}`;
  if (event.type === 'reconciled') {
    return isGated(from) && LOWER[from].includes(to) ? null : `${from} is not lowered to ${to}`;
  }
  if (event.payload.new_evidence_epoch !== (from === 'rejected')) return 'its evidence epoch';
  return wrongStep(from, to, event.payload.guard, before.champion, strategies);
}

function wrongChampion(
  { champion, from, to, guard }: RegistryPayloads['champion_registered'],
  before: Strategy | null,
  strategies: Strategies,
): string | null {
  if (from !== (before?.status ?? null)) return `it was ${before?.status ?? 'unknown'}`;
  const start = from ?? 'evolved';
  if (start !== to) return wrongStep(start, to, guard, champion, strategies);
  return isGated(to) && !hasPassed(guard, to, champion) ? 'no guard has passed it' : null;
}

function wrongStep(
  from: Status,
  to: Status,
  guard: GuardRecord | null,
  champion: Champion,
  strategies: Strategies,
): string | null {
  const step = stepOf(from, to);
  if (step === 'illegal') return `there is no step from ${from} to ${to}`;
  if (step === 'guarded' && !hasPassed(guard, to, champion)) return 'no guard has passed it';
  if (to !== 'approved_default') return null;
  return defaultOf(strategies) === null ? null : 'there is a default already';
}

function hasPassed(guard: GuardRecord | null, to: Status, champion: Champion): boolean {
  return guard?.ok === true && guard.status === to && guard.policy_id === champion.policy_id;
}

/** The one default; null where nobody is it. */
export function defaultOf(strategies: Strategies): Strategy | null {
  for (const each of strategies.values()) if (each.status === 'approved_default') return each;
  return null;
}

function after(event: RegistryEvent, before: Strategy | null, at: GovernanceEvent): Strategy {
  if (event.type === 'champion_registered') {
    const { champion, to: status, from } = event.payload;
    const own = before ?? {
      strategyId: at.subject,
      createdAt: at.ts,
      createdSeq: at.seq,
      evidenceSince: 0,
    };
    const evidenceSince =
      from === 'rejected' && status !== from ? Date.parse(at.ts) : own.evidenceSince;
    return { ...own, champion, status, evidenceSince };
  }
  if (before === null) throw new Error(`${at.subject} was judged before it was known`);
  if (event.type === 'fallback_guard_rejected') return before;
  const { to: status } = event.payload;
  if (event.type === 'reconciled' || !event.payload.new_evidence_epoch) {
    return { ...before, status };
  }
  return { ...before, status, evidenceSince: Date.parse(at.ts) };
}

function rowOf(event: RegistryEvent, at: GovernanceEvent): StatusRow {
  const { payload, type } = event;
  const steps = 'to' in payload;
  return {
    seq: at.seq,
    strategyId: at.subject,
    from: steps ? payload.from : payload.status,
    to: steps ? payload.to : payload.status,
    actor: at.actor,
    reason: payload.reason === '' ? type : `${type}: ${payload.reason}`,
    guard: 'guard' in payload ? payload.guard : null,
    at: at.ts,
    prevHash: at.prev_hash,
    hash: at.hash,
  };
}
