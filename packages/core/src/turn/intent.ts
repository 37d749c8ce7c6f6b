import { admit } from '../gates/gates.ts';
import { createCandidate } from '../gates/candidate.ts';
import { reject } from '../gates/reject.ts';
import { attemptKey } from '../intent/attempt.ts';
import { assessCancel, type CancelContext } from '../guard/cancel-permission.ts';
import type { TradingMode } from '../guard/mode.ts';
import { currentRiskState } from '../guard/risk-state.ts';
import { classify } from '../intent/classify.ts';
import type { IntentProposal } from '../intent/intent.ts';
import { misshapenField } from '../intent/shape.ts';
import type { Order } from '../order/order.ts';
import type { State } from '../state.ts';
import { expect, intentRecord, isKnown, reserve } from './accept.ts';
import { askToCancel, isCancelMoot } from './cancel.ts';
import { gateContext } from './context.ts';
import { isGroup, judgeGroup } from './group-intent.ts';
import { known } from './known.ts';
import { currentMode, reportMode } from './mode.ts';
import type { Output } from './output.ts';
import { takeOverRefused } from './reduction.ts';
import { degradedBy, type Proposed, refuse, unasked } from './refusal.ts';

/** Stands for a proposal nothing can be read from. */
const NOTHING: IntentProposal = Object.freeze({
  action: '',
  reduceOnly: null,
  legs: [],
  target: null,
});

export function onIntentProposed(state: State, event: Proposed, output: Output): void {
  const judgedIn = judge(state, event, output);
  // A refusal that degraded us, or a mode that has changed by time alone since it was last told.
  if (judgedIn !== state.observations.lastMode) reportMode(state, output);
}

/** @returns the mode the intent was judged in; null where it may have changed by it. */
function judge(state: State, event: Proposed, output: Output): TradingMode | null {
  const misshapen = misshapenField(event.proposal);
  if (misshapen !== null) {
    const refusal = reject('InvalidInput', { field: misshapen });
    refuse(state, { ...event, proposal: NOTHING }, 'OPEN', unasked(state, refusal), output);
    return null;
  }
  const { proposal, groupId, strategyId } = event;
  const intentClass = classify(proposal);
  if (intentClass === 'CANCEL') {
    onCancelProposed(state, event, output);
    return null;
  }
  if (proposal.target !== null) {
    const refusal = reject('ReplaceUnsupported', { target: proposal.target });
    refuse(state, event, intentClass, unasked(state, refusal), output);
    return null;
  }
  if (isGroup(proposal, intentClass)) return judgeGroup(state, event, output);
  const candidate = createCandidate({ groupId, strategyId, proposal, intentClass }, 0);
  const gates = gateContext(state);
  const { reject: refusal, trace, answers } = admit(gates, candidate);
  if (refusal !== null) {
    refuse(state, event, intentClass, { refusal, trace, answers, gates }, output);
    takeOverRefused(state, candidate, refusal, gates.mode.mode);
    return degradedBy(refusal, gates) === undefined ? gates.mode.mode : null;
  }
  const { hash, label } = candidate;
  if (hash === null || label === null) return null;
  const attempt = attemptKey(groupId, candidate.legIndex);
  if (isKnown(state, attempt, hash)) {
    output.report({ kind: 'intentDuplicate', intentId: candidate.intentId, label });
    return gates.mode.mode;
  }
  const context = known(state, gates, candidate.leg.instrument);
  output.report({
    kind: 'intentAdmitted',
    intentId: candidate.intentId,
    strategyId,
    label,
    gateTrace: trace,
    context,
    answers,
  });
  const record = intentRecord(state, candidate, hash, label, context);
  reserve(state, candidate);
  expect(state, record);
  // Intent and sending marker in one commit: one sync on the path (D-8).
  output.append(record, { type: 'orderSending', at: record.at, label });
  return gates.mode.mode;
}

/** An unmet cancel target is refused by code; a cancel already asked for is a no-op (AMB-51). */
function onCancelProposed(state: State, event: Proposed, output: Output): void {
  const target = event.proposal.target;
  const order = target === null ? undefined : state.facts.orders.get(target);
  if (target === null || order === undefined) {
    const refusal = reject('CancelTargetUnknown', { target: target ?? '' });
    refuse(state, event, 'CANCEL', unasked(state, refusal), output);
    return;
  }
  if (isCancelMoot(state, target, order.terms.instrument)) {
    output.report({ kind: 'intentDuplicate', intentId: `${event.groupId}:0`, label: target });
    return;
  }
  const refusal = assessCancel(cancelContext(state, order), order);
  if (refusal !== null) {
    refuse(state, event, 'CANCEL', unasked(state, refusal), output);
    return;
  }
  askToCancel(state, order, output);
}

function cancelContext(state: State, order: Order): CancelContext {
  const { observations, session } = state;
  const { latch, riskCauses, guardInputs, exposure } = observations;
  return {
    mode: currentMode(state).mode,
    latchReasons: latch.reasons,
    riskState: currentRiskState(riskCauses),
    enforcedProfile: session.enforcedProfile,
    evidenceChain: guardInputs.evidenceChain,
    positionE8: exposure.positionE8(order.terms.instrument),
  };
}
