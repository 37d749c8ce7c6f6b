import { closed, createParser, type Parser } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';

const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const name = Type.String({ minLength: 1, maxLength: 200 });
const stage = Type.Enum(['experiment', 'paper', 'pilot', 'limited_live'] as const);
const wallMs = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

const settings = Type.Record(
  Type.String({ pattern: '^[a-z][a-z0-9_.]{0,99}$' }),
  Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
  { additionalProperties: false },
);

/** What it says may run, and nothing about when or by whom it was made. */
const content = {
  policy_id: name,
  tactic_id: name,
  /** Effective: the lower of what was declared and what evidence and approvals cover (D-39). */
  stage,
  /** Of the canonical policy document. */
  policy_hash: sha256,
  /** As the runtime document names them; SHA-256 of the canonical document. */
  strategies: Type.Array(closed({ path: name, version: name, sha256 }), { maxItems: 16 }),
};

/** `config/bundle/bundle.json`: what a promotion made of ledger, policy and parameters. */
const BundleSchema = closed({
  schema_version: Type.Literal('policy-bundle.v1'),
  content: closed(content),
  declared_stage: stage,
  thresholds: settings,
  router_guardrails: settings,
  /** That the same data led to the same output, for each document of a strategy. */
  determinism: Type.Array(
    closed({
      strategy_sha256: sha256,
      data_sha256: sha256,
      output_sha256: sha256,
      runs: Type.Integer({ minimum: 2, maximum: 1_000 }),
    }),
    { maxItems: 64 },
  ),
  /** Where the policy ledger ended. */
  ledger_head: closed({ seq: Type.Integer({ minimum: 0 }), hash: sha256 }),
  /** Commit it was made from, or `unknown`. */
  code_hash: Type.String({ pattern: '^([0-9a-f]{40,64}|unknown)$' }),
  /** Who made it; does not count as an approver. */
  prepared_by: name,
});
export type Bundle = Static<typeof BundleSchema>;
export type BundleContent = Bundle['content'];
export const parseBundle: Parser<Bundle> = createParser(BundleSchema);

/** That one person lets exactly this content run in place of any before it. */
const ApprovalSchema = closed({
  bundle_approval_version: Type.Literal(1),
  /** SHA-256 of the canonical content. */
  content_sha256: sha256,
  approver: Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }),
  role: name,
  approved_at_ms: wallMs,
  valid_until_ms: wallMs,
});
export type BundleApproval = Static<typeof ApprovalSchema>;
export const parseBundleApproval: Parser<BundleApproval> = createParser(ApprovalSchema);
