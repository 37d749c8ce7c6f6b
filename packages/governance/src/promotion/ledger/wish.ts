/** What somebody wants changed, read strictly: refused whole where one part of it cannot be. */
import { createParser } from '@holdfast/core/parse';
import { digestIfAny } from '@holdfast/runtime/proof';
import type { Stage } from '../stage.ts';
import { judgeOverrides, type ThresholdOverrides } from '../thresholds.ts';
import { checklistFault } from './checklist.ts';
import { type LedgerRefusal, refuse, type Wish } from './command.ts';
import { type Change, ChangeSchema } from './events.ts';
import { type PolicyDelta, readPolicyDelta } from './policy-delta.ts';
import { hasTraceability } from './traceability.ts';

const parseChange = createParser(ChangeSchema);

export type WishRead = { readonly ok: true; readonly change: Change } | LedgerRefusal;

/** The change for a record at `stage`. Loosening overrides pass only beside a delta (2.8). */
export function readWish(wish: Wish, stage: Stage): WishRead {
  const delta = deltaOf(wish);
  if (delta !== null && 'ok' in delta) return delta;
  const parsed = parseChange(plainOf(wish, delta));
  if (!parsed.ok) {
    const [{ path, message }] = parsed.violations;
    return refuse('change_malformed', `${path} ${message}`, [path]);
  }
  const change = parsed.value;
  if (digestIfAny(change) === null) return refuse('change_malformed', 'it is no plain JSON');
  return metadataRefusal(change) ?? overridesRefusal(change, stage) ?? { ok: true, change };
}

function deltaOf({ policyDelta }: Wish): PolicyDelta | null | LedgerRefusal {
  if (policyDelta === undefined || policyDelta === null) return null;
  const read = readPolicyDelta(policyDelta);
  return read.ok ? read.delta : refuse(read.code, read.detail);
}

/** As the schema has it; what is blank or empty says nothing. */
function plainOf(wish: Wish, delta: PolicyDelta | null): Readonly<Record<string, unknown>> {
  const evidence = wish.evidenceId?.trim() ?? '';
  return {
    ...(evidence !== '' && { evidence_id: evidence }),
    ...given('threshold_overrides', wish.thresholdOverrides),
    ...(delta !== null && { policy_delta: delta }),
    ...given('metadata', wish.metadata),
    ...given('accepted_proposals', trimmed(wish.acceptedProposals)),
    ...given('rejected_proposals', trimmed(wish.rejectedProposals)),
    ...given('human_signoffs', wish.humanSignoffs),
  };
}

const given = (key: string, value: unknown): object => (isEmpty(value) ? {} : { [key]: value });

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function trimmed(ids: readonly string[] = []): readonly string[] {
  return ids.map((id) => id.trim()).filter((id) => id !== '');
}

function metadataRefusal({ metadata = {} }: Change): LedgerRefusal | null {
  if (hasTraceability(metadata)) {
    return refuse('traceability_reserved', 'traceability is written by promotions');
  }
  const fault = checklistFault(metadata);
  return fault === null ? null : refuse('checklist_malformed', fault);
}

function overridesRefusal(change: Change, stage: Stage): LedgerRefusal | null {
  const overrides: ThresholdOverrides = change.threshold_overrides ?? {};
  const faults = judgeOverrides(stage, overrides).filter(
    ({ code }) => code === 'threshold_invalid' || change.policy_delta === undefined,
  );
  const [first] = faults;
  if (first === undefined) return null;
  const keys = faults.filter(({ code }) => code === first.code).map(({ key }) => key);
  const words =
    first.code === 'threshold_invalid'
      ? 'no threshold, or no value of one'
      : `looser than the profile of ${stage}, and part of no policy_delta`;
  return refuse(first.code, `${keys.join(', ')}: ${words}`, keys);
}
