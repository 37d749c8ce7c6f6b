/** What happens to strategies, as facts of the domain `registry`. */
import { closed, createParser, type Parser, readJson } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import type { Fact } from '../../store/event.ts';
import type { GuardVerdict } from '../guard/guard.ts';
import { STATUSES } from './status.ts';

const name = Type.String({ pattern: '\\S', maxLength: 200 });
const status = Type.Enum(STATUSES);
const number = Type.Union([Type.Number(), Type.Null()]);
const text = Type.Union([Type.String(), Type.Null()]);
/** Somebody else's document, as the canonical JSON of an object. */
const document = Type.String({ pattern: '^\\{[\\s\\S]*\\}$' });
const maybe = Type.Union([document, Type.Null()]);
const coverage = Type.Record(Type.String({ pattern: '^[\\s\\S]*$' }), Type.String(), {
  additionalProperties: false,
});

/** What the guard said when it was asked; kept beside the step it allowed or refused. */
const GuardRecordSchema = closed({
  ok: Type.Boolean(),
  policy_id: name,
  status,
  required_stage: text,
  coverage: Type.Union([coverage, Type.Null()]),
  failures: Type.Array(closed({ reason: Type.String(), message: Type.String() })),
});
export type GuardRecord = Static<typeof GuardRecordSchema>;

/** Columns of section 5.1 that come with a champion; null is what was not measured. */
const ChampionSchema = closed({
  policy_id: name,
  dna: document,
  fitness_report: document,
  strategy_name: text,
  generation: Type.Union([Type.Integer(), Type.Null()]),
  fitness_score: number,
  max_drawdown: number,
  sharpe_ratio: number,
  total_return: number,
  volatility: number,
  seed_source: text,
  catalogue_name: text,
  catalogue_version: text,
  /** Epoch seconds, as the column has it. */
  catalogue_seeded_at: number,
  catalogue_metadata: maybe,
  catalogue_entry_id: text,
  catalogue_entry_name: text,
  catalogue_entry_metadata: maybe,
});
export type Champion = Static<typeof ChampionSchema>;

const guard = Type.Union([GuardRecordSchema, Type.Null()]);
const orNone = Type.Union([status, Type.Null()]);
const reason = Type.String();

const PAYLOADS = {
  /** Also of one that is known: then `from` is what it was, and nothing else of it is forgotten. */
  champion_registered: closed({
    champion: ChampionSchema,
    from: orNone,
    to: status,
    reason,
    guard,
  }),
  status_changed: closed({
    from: status,
    to: status,
    reason,
    guard,
    /** From rejected: what was seen before counts no more. */
    new_evidence_epoch: Type.Boolean(),
  }),
  /** Lowered by itself, because its policy lost its stage or its proof. */
  reconciled: closed({ from: status, to: status, reason }),
  /** The best fallback might not follow, and nobody is the default. */
  fallback_guard_rejected: closed({ status, reason, guard: GuardRecordSchema }),
};
export type RegistryPayloads = {
  readonly [K in keyof typeof PAYLOADS]: Static<(typeof PAYLOADS)[K]>;
};
export type RegistryType = keyof typeof PAYLOADS;

const PARSERS: { readonly [K in RegistryType]: Parser<RegistryPayloads[K]> } = {
  champion_registered: createParser(PAYLOADS.champion_registered),
  status_changed: createParser(PAYLOADS.status_changed),
  reconciled: createParser(PAYLOADS.reconciled),
  fallback_guard_rejected: createParser(PAYLOADS.fallback_guard_rejected),
};

export type RegistryEvent = {
  readonly [K in RegistryType]: { readonly type: K; readonly payload: RegistryPayloads[K] };
}[RegistryType];

/** Null where it is no fact of a registry. */
export function readRegistryEvent(type: string, payload: unknown): RegistryEvent | null {
  if (!isRegistryType(type)) return null;
  const parsed = PARSERS[type](payload);
  if (!parsed.ok) return null;
  const event = { type, payload: parsed.value } as RegistryEvent;
  if (event.type !== 'champion_registered') return event;
  const { dna, fitness_report, catalogue_metadata, catalogue_entry_metadata } =
    event.payload.champion;
  const documents = [dna, fitness_report, catalogue_metadata, catalogue_entry_metadata];
  return documents.every((each) => each === null || readJson(each).ok) ? event : null;
}

function isRegistryType(type: string): type is RegistryType {
  return Object.hasOwn(PARSERS, type);
}

/** A fact about one strategy; its policy stands in the references. */
export function registryFact(
  event: RegistryEvent,
  strategyId: string,
  policyId: string,
  actor: string,
): Fact {
  const { type, payload } = event;
  return { type, subject: strategyId, actor, payload, refs: { policy_id: policyId } };
}

export function guardRecordOf(verdict: GuardVerdict): GuardRecord {
  const failures = verdict.ok ? [] : verdict.failures;
  return {
    ok: verdict.ok,
    policy_id: verdict.policyId,
    status: verdict.status as GuardRecord['status'],
    required_stage: verdict.required,
    coverage: verdict.coverage === null ? null : { ...verdict.coverage },
    failures: failures.map(({ reason: why, message }) => ({ reason: why, message })),
  };
}
