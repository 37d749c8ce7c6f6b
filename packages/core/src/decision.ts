import type { Reject } from './gates/reject.ts';
import type { ModeReasonCode, OpenPermissionReasonCode } from './guard/codes.ts';
import type { RiskState, TradingMode } from './guard/mode.ts';
import type { IntentClass } from './intent/intent.ts';
import type { AbandonCause, Anomaly } from './ledger/record.ts';
import type { GroupId, InstrumentName, Label, MonoMs, StrategyId } from './values/index.ts';

/**
 * What the core wants said. Goes to the decision log (D-35): sequence-numbered, append-only, and no
 * fact is ever folded from it. `intentId` is `{groupId}:{legIndex}`, given at proposal, so even a
 * refusal before the hash is traceable.
 */
export type Decision = { readonly at: MonoMs } & (
  | IntentRejected
  | {
      readonly kind: 'intentAdmitted';
      readonly intentId: string;
      readonly strategyId: StrategyId;
      readonly label: Label;
      readonly gateTrace: readonly string[];
    }
  /** Same identity seen before: nothing is sent, nothing is recorded (AT-928). */
  | { readonly kind: 'intentDuplicate'; readonly intentId: string; readonly label: Label }
  | { readonly kind: 'orderAbandoned'; readonly label: Label; readonly cause: AbandonCause }
  | {
      readonly kind: 'modeChanged';
      readonly from: TradingMode;
      readonly to: TradingMode;
      readonly reasons: readonly ModeReasonCode[];
      /** The inputs and causes behind the reasons, for the reader of the log. */
      readonly details: readonly string[];
    }
  | {
      readonly kind: 'riskStateChanged';
      readonly riskState: RiskState;
      readonly causes: readonly string[];
    }
  | { readonly kind: 'latchSet'; readonly reasons: readonly OpenPermissionReasonCode[] }
  | { readonly kind: 'latchCleared'; readonly reasons: readonly OpenPermissionReasonCode[] }
  | {
      readonly kind: 'reconciled';
      readonly clean: boolean;
      readonly differences: readonly string[];
    }
  | {
      readonly kind: 'anomaly';
      readonly anomaly: Anomaly;
      readonly label: Label | null;
      readonly instrument: InstrumentName | null;
    }
  | { readonly kind: 'fault'; readonly fault: string; readonly subject: string | null }
  | { readonly kind: 'strategyFailed'; readonly strategyId: StrategyId; readonly message: string }
);

export interface IntentRejected {
  readonly kind: 'intentRejected';
  readonly intentId: string;
  readonly groupId: GroupId;
  readonly strategyId: StrategyId;
  readonly intentClass: IntentClass;
  readonly instrument: InstrumentName | null;
  readonly reject: Reject;
  /** Gates that passed before the one that refused, in order. */
  readonly gateTrace: readonly string[];
}
