/** The facts of the policy ledger: what the chain of its domain may hold. */
import { closed, createParser, type Parser } from '@holdfast/core/parse';
import { type Static, type TProperties, Type } from 'typebox';
import type { Fact, Refs } from '../../store/event.ts';
import { ApprovalSchema } from './approvals.ts';
import { JsonMapSchema, name, prose, sha256 } from './json.ts';
import { PolicyDeltaSchema } from './policy-delta.ts';
import {
  NamesSchema,
  OverridesSchema,
  reset,
  SignoffsSchema,
  StageSchema,
  waiver,
} from './record.ts';

/** What changes of a record; what is not named stays as it was. */
const change = {
  evidence_id: Type.Optional(name),
  threshold_overrides: Type.Optional(OverridesSchema),
  policy_delta: Type.Optional(PolicyDeltaSchema),
  /** Over the metadata that are there, key by key. */
  metadata: Type.Optional(JsonMapSchema),
  accepted_proposals: Type.Optional(NamesSchema),
  rejected_proposals: Type.Optional(NamesSchema),
  human_signoffs: Type.Optional(SignoffsSchema),
};
export const ChangeSchema = closed(change);
export type Change = Static<typeof ChangeSchema>;

const step = {
  stage: StageSchema,
  /** Who asks for it, and may not approve it. */
  requested_by: name,
  reason: prose,
  assessment_digest: Type.Optional(sha256),
};

const payload = <P extends TProperties>(properties: P) => createParser(closed(properties));

/** One parser for each type of fact; the subject of each is its policy. */
const PAYLOADS = {
  created: payload({ ...step, tactic_id: name, change: ChangeSchema }),
  promoted: payload({
    ...step,
    change: ChangeSchema,
    /** The waivers it needed. */
    waivers: Type.Optional(NamesSchema),
  }),
  demoted: payload({ stage: StageSchema, reason: prose }),
  amended: payload({ change: ChangeSchema, requested_by: name, reason: prose }),
  approved: createParser(ApprovalSchema),
  waived: payload(waiver),
  evidence_reset: payload(reset),
};

export type LedgerFactType = keyof typeof PAYLOADS;
export type Payload<T extends LedgerFactType> =
  (typeof PAYLOADS)[T] extends Parser<infer P> ? P : never;

/** A fact of the ledger with its own payload. */
export type LedgerFact = {
  readonly [T in LedgerFactType]: {
    readonly type: T;
    readonly payload: Payload<T>;
  };
}[LedgerFactType];

export type FactRead =
  | { readonly ok: true; readonly fact: LedgerFact }
  | {
      readonly ok: false;
      readonly code: 'event_unknown' | 'event_malformed';
      readonly detail: string;
    };

/** Who did it and to what: a record shows them as they are. */
const parseOrigin = createParser(
  closed({
    subject: name,
    actor: name,
    refs: closed({
      policy_id: Type.Optional(name),
      run_id: Type.Optional(name),
      candidate_id: Type.Optional(name),
      operation_id: Type.Optional(name),
      intent_id: Type.Optional(name),
    }),
  }),
);

/** The fact an event tells; what cannot be read is a fault of the ledger. */
export function readFact({ type, payload: told, subject, actor, refs }: Fact): FactRead {
  if (!isLedgerFactType(type)) return { ok: false, code: 'event_unknown', detail: type };
  const origin = parseOrigin({ subject, actor, refs });
  const parsed = PAYLOADS[type](told);
  if (origin.ok && parsed.ok) {
    return { ok: true, fact: { type, payload: parsed.value } as LedgerFact };
  }
  const wrong = [origin, parsed].flatMap((each) => (each.ok ? [] : each.violations));
  const words = wrong.map(({ path, message }) => `${path} ${message}`);
  return { ok: false, code: 'event_malformed', detail: `${type}${words[0] ?? ''}` };
}

function isLedgerFactType(type: string): type is LedgerFactType {
  return Object.hasOwn(PAYLOADS, type);
}

export interface FactOrigin {
  readonly policyId: string;
  readonly actor: string;
  /** The run, candidate and operation that led to it. */
  readonly refs?: Omit<Refs, 'policy_id'>;
}

/** A fact as the store takes it. */
export function factOf({ type, payload: told }: LedgerFact, origin: FactOrigin): Fact {
  return {
    type,
    subject: origin.policyId,
    actor: origin.actor,
    payload: told,
    refs: { ...origin.refs, policy_id: origin.policyId },
  };
}
