import type { OpenPermissionReasonCode } from '../guard/codes.ts';
import type { GuardInputs } from '../guard/inputs.ts';
import type { ResolvedMode } from '../guard/mode.ts';
import type { RiskCause } from '../guard/risk-state.ts';
import {
  CAUSE_REASONS,
  LATCH_REASONS,
  MODE_REASONS,
  OWNER_STATE_REASONS,
  type OwnerStateCode,
  type Reason,
  unblockType,
} from '../reasons.ts';
import type { StatusDocument, UnblockStep } from './schema.ts';
import { type Standing, STANDINGS } from './standing.ts';

export interface OwnerInputs {
  readonly resolved: ResolvedMode;
  readonly inputs: GuardInputs;
  readonly latchReasons: readonly OpenPermissionReasonCode[];
  readonly causes: readonly RiskCause[];
  /** What to say when nothing holds the system back. */
  readonly idle: OwnerStateCode;
}

/**
 * What the owner reads: the first reason of the mode, else the first of the latch, else the state
 * (phases section 4.2). Derived, display only: every text is the catalogue's, the same each time.
 */
export function ownerView(given: OwnerInputs): StatusDocument['owner_view'] {
  const { resolved, latchReasons, idle } = given;
  const [reason] = resolved.reasons;
  const [latched] = latchReasons;
  const unblock = [...unblockSteps(given)];
  if (reason !== undefined) return view(reason, MODE_REASONS[reason].meaning, unblock);
  if (latched !== undefined) return view(latched, LATCH_REASONS[latched].meaning, unblock);
  return view(idle, OWNER_STATE_REASONS[idle], unblock);
}

function view(
  primary_owner_reason_code: string,
  owner_message: string,
  unblock: UnblockStep[],
): StatusDocument['owner_view'] {
  return { primary_owner_reason_code, owner_message, unblock };
}

/** Every reason of the mode in its order, then what it is made of: latch reasons and causes. */
function* unblockSteps(given: OwnerInputs): Generator<UnblockStep, void> {
  const { resolved, inputs, latchReasons, causes } = given;
  for (const code of resolved.reasons) yield step(MODE_REASONS[code], STANDINGS[code](inputs));
  for (const code of latchReasons) {
    yield step(LATCH_REASONS[code], { current: code, target: 'cleared' });
  }
  for (const cause of causes) {
    yield step(CAUSE_REASONS[cause], { current: cause, target: 'cleared' });
  }
}

function step(reason: Reason, { current, target }: Standing): UnblockStep {
  return { type: unblockType(reason), condition: reason.clears, current, target };
}
