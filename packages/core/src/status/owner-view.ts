import type { ModeReasonCode, OpenPermissionReasonCode } from '../guard/codes.ts';
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
import {
  causeStanding,
  type ClearingInputs,
  emergencyStanding,
  latchStanding,
  type Standing,
} from './clearing.ts';
import type { StatusDocument, UnblockStep } from './schema.ts';
import { isContractBroken, STANDINGS } from './standing.ts';

export interface OwnerInputs {
  readonly resolved: ResolvedMode;
  readonly inputs: GuardInputs;
  readonly latchReasons: readonly OpenPermissionReasonCode[];
  readonly causes: readonly RiskCause[];
  readonly clearing: ClearingInputs;
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
  const { resolved, latchReasons, causes, clearing } = given;
  for (const code of resolved.reasons) yield modeStep(code, given);
  for (const code of latchReasons) yield step(LATCH_REASONS[code], latchStanding(code, clearing));
  for (const cause of causes) yield step(CAUSE_REASONS[cause], causeStanding(cause, clearing));
}

/** What ends a broken contract; the code that was used is in the decision log. */
const REBUILT = 'The code is mended, built, certified and started anew; a restart does not do.';

function modeStep(code: ModeReasonCode, { inputs, clearing }: OwnerInputs): UnblockStep {
  const reason = MODE_REASONS[code];
  if (code === 'KILL_CORTEX_FORCE_KILL' && isContractBroken(inputs)) {
    return { ...step(reason, STANDINGS[code](inputs)), type: 'MANUAL', condition: REBUILT };
  }
  if (code !== 'REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE')
    return step(reason, STANDINGS[code](inputs));
  const { condition, current, target } = step(reason, emergencyStanding(clearing));
  // The operator's own reduce-only has no cooldown: it ends with the operator's word.
  const type = clearing.operatorStop === 'reduce_only' ? 'MANUAL' : 'AUTO';
  return { type, condition, current, target };
}

function step(reason: Reason, { current, target }: Standing): UnblockStep {
  return { type: unblockType(reason), condition: reason.clears, current, target };
}
