/** What a promotion changes of risk and routing (specification 2.5, G-20). */
import { closed, createParser } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { isMap, JsonMapSchema } from './json.ts';

export const PolicyDeltaSchema = closed({
  regime: Type.Optional(Type.String({ minLength: 1 })),
  regime_confidence: Type.Optional(Type.Number()),
  risk_config: JsonMapSchema,
  router_guardrails: JsonMapSchema,
  notes: Type.Array(Type.String({ minLength: 1 })),
  metadata: JsonMapSchema,
});
export type PolicyDelta = Static<typeof PolicyDeltaSchema>;
const parseDelta = createParser(PolicyDeltaSchema);

export type DeltaRead =
  /** Null where it says nothing at all. */
  | { readonly ok: true; readonly delta: PolicyDelta | null }
  | {
      readonly ok: false;
      readonly code: 'policy_delta_malformed' | 'policy_delta_regime_only';
      readonly detail: string;
    };

/**
 * A delta as somebody wrote it: missing parts are empty, notes are trimmed, a confidence may be
 * written as text. What cannot be read is refused, never left out.
 */
export function readPolicyDelta(value: unknown): DeltaRead {
  if (!isMap(value)) return malformed('policy_delta must be a mapping or PolicyDelta instance');
  const { notes } = value;
  const parsed = parseDelta({
    ...value,
    ...('regime_confidence' in value && {
      regime_confidence: confidenceOf(value['regime_confidence']),
    }),
    risk_config: value['risk_config'] ?? {},
    router_guardrails: value['router_guardrails'] ?? {},
    notes: Array.isArray(notes) ? trimmed(notes) : (notes ?? []),
    metadata: value['metadata'] ?? {},
  });
  if (!parsed.ok) {
    const [{ path, message }] = parsed.violations;
    return malformed(`policy_delta${path} ${message}`);
  }
  const delta = parsed.value;
  if (!isEmptyDelta(delta)) return { ok: true, delta };
  if (delta.regime === undefined && delta.regime_confidence === undefined) {
    return { ok: true, delta: null };
  }
  const detail =
    'policy_delta with only a regime changes nothing: ' +
    'it needs risk_config, router_guardrails, notes or metadata';
  return { ok: false, code: 'policy_delta_regime_only', detail };
}

/** A regime alone changes nothing. */
export function isEmptyDelta(delta: PolicyDelta): boolean {
  const { risk_config: risk, router_guardrails: guardrails, notes, metadata } = delta;
  return notes.length === 0 && [risk, guardrails, metadata].every((map) => size(map) === 0);
}

const size = (map: object): number => Object.keys(map).length;

function confidenceOf(value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return value;
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
}

function trimmed(notes: readonly unknown[]): readonly unknown[] {
  const cut = notes.map((note) => (typeof note === 'string' ? note.trim() : note));
  return cut.filter((note) => note !== '');
}

function malformed(detail: string): DeltaRead {
  return { ok: false, code: 'policy_delta_malformed', detail };
}
