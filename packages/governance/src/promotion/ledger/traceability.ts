/** What a promotion was made of: code, configuration, and the decision it stands on (2.10). */
import { digestOf } from '@holdfast/runtime/proof';
import type { Stage } from '../stage.ts';
import type { ThresholdOverrides } from '../thresholds.ts';
import type { EvidenceFindings } from './evidence.ts';
import type { JsonMap } from './json.ts';
import type { PolicyDelta } from './policy-delta.ts';

const TRACEABILITY_KEY = 'traceability';

/** The configuration of a record, as an approval binds it. */
export interface Configuration {
  readonly stage: Stage;
  readonly threshold_overrides: ThresholdOverrides;
  readonly policy_delta: PolicyDelta | null;
  readonly metadata: JsonMap;
}

/** Hash of the configuration; what earlier promotions wrote about themselves is none of it. */
export function configHash({ metadata, ...rest }: Configuration): string {
  const { [TRACEABILITY_KEY]: _before, ...own } = metadata;
  return digestOf({ ...rest, metadata: own });
}

export interface TraceabilityRequest {
  readonly policyId: string;
  readonly tacticId: string;
  readonly evidenceId: string;
  readonly configuration: Configuration;
  readonly findings: EvidenceFindings;
  /** The commit that runs; null where it is not known. */
  readonly codeHash: string | null;
  readonly diaryPath: string | null;
  /** Epoch ms. */
  readonly now: number;
}

/** The block as metadata of the record; the entry is named with its hash, and not copied. */
export function traceabilityOf(request: TraceabilityRequest): JsonMap {
  const { evidenceId, findings, diaryPath } = request;
  const finding = findings.get(evidenceId);
  const entry =
    finding?.found === 'resolved' || finding?.found === 'too_old'
      ? { stage: finding.stage, hash: finding.hash }
      : null;
  const missing = finding?.found === 'unavailable' ? 'store_unavailable' : 'missing_entry';
  return {
    [TRACEABILITY_KEY]: {
      policy_id: request.policyId,
      tactic_id: request.tacticId,
      stage: request.configuration.stage,
      evidence_id: evidenceId,
      code_hash: request.codeHash ?? 'unknown',
      config_hash: configHash(request.configuration),
      generated_at: new Date(request.now).toISOString(),
      diary_slice: {
        entry_id: evidenceId,
        stage: entry?.stage ?? null,
        ...(diaryPath !== null && { diary_path: diaryPath }),
        status: entry === null ? missing : 'ok',
        ...(entry !== null && { entry: { entry_id: evidenceId, hash: entry.hash } }),
      },
    },
  };
}

/** Whether somebody hands in what only a promotion may write. */
export function hasTraceability(metadata: JsonMap): boolean {
  return Object.hasOwn(metadata, TRACEABILITY_KEY);
}
