import { admit } from '../gates/gates.ts';
import { createCandidate } from '../gates/candidate.ts';
import type { Candidate, GateContext } from '../gates/gate.ts';
import type { TradingMode } from '../guard/mode.ts';
import { attemptKey } from '../intent/attempt.ts';
import type { IntentClass, IntentProposal } from '../intent/intent.ts';
import { structureFingerprint, structureLeg } from '../intent/structure.ts';
import type { GroupLegTerms, GroupRecorded } from '../ledger/group-records.ts';
import type { IntentRecorded } from '../ledger/record.ts';
import type { State } from '../state.ts';
import { type Label, type MonoMs, wallMs } from '../values/index.ts';
import { expect, intentRecord, isKnown, reserve } from './accept.ts';
import { gateContext } from './context.ts';
import { known } from './known.ts';
import type { Output } from './output.ts';
import { degradedBy, type Proposed, refuse } from './refusal.ts';

const LEGS = [0, 1] as const;

/** Two legs that open are one decision; everything else with two legs is refused by its gate. */
export function isGroup({ legs }: IntentProposal, intentClass: IntentClass): boolean {
  return intentClass === 'OPEN' && legs.length === LEGS.length;
}

/** A leg that passed every gate. */
interface Admitted {
  readonly candidate: Candidate;
  readonly label: Label;
  readonly record: IntentRecorded;
  readonly told: Parameters<Output['report']>[0];
}

/**
 * Each leg passes the gates of an OPEN, the second with the first already reserved. One no is the
 * no of both, names its leg, and leaves nothing behind (D-10). Both go into one commit with the
 * group and their markers, so that no leg is ever on its way without the other on record (AT-939).
 *
 * @returns the mode they were judged in; null where it may have changed by it.
 */
export function judgeGroup(state: State, event: Proposed, output: Output): TradingMode | null {
  const gates = gateContext(state);
  const admitted: Admitted[] = [];
  const letGo = (): void => {
    for (const { label } of admitted) state.observations.reservations.release(label);
  };
  for (const legIndex of LEGS) {
    const { groupId, strategyId, proposal } = event;
    const source = { groupId, strategyId, proposal, intentClass: 'OPEN' } as const;
    const candidate = createCandidate(source, legIndex);
    const { reject: refusal, trace, answers } = admit(gates, candidate);
    if (refusal !== null) {
      letGo();
      refuse(state, event, 'OPEN', { refusal, trace, answers, gates, legIndex }, output);
      return degradedBy(refusal, gates) === undefined ? gates.mode.mode : null;
    }
    const { hash, label } = candidate;
    if (hash === null || label === null) {
      letGo();
      return null;
    }
    if (isKnown(state, attemptKey(groupId, legIndex), hash)) {
      letGo();
      output.report({ kind: 'intentDuplicate', intentId: candidate.intentId, label });
      return gates.mode.mode;
    }
    const context = known(state, gates, candidate.leg.instrument);
    const record = intentRecord(state, candidate, hash, label, context);
    const { intentId } = candidate;
    const asked = { intentId, strategyId, label, gateTrace: trace, context, answers };
    admitted.push({ candidate, label, record, told: { kind: 'intentAdmitted', ...asked } });
    reserve(state, candidate);
  }
  accept(state, event, gates, admitted, output);
  return gates.mode.mode;
}

function accept(
  state: State,
  { groupId, strategyId }: Proposed,
  gates: GateContext,
  admitted: readonly Admitted[],
  output: Output,
): void {
  const [one, other] = admitted;
  if (one === undefined || other === undefined) return;
  for (const { record, told } of admitted) {
    output.report(told);
    expect(state, record);
  }
  const at = wallMs(state.observations.now);
  const group: GroupRecorded = {
    type: 'groupRecorded',
    at,
    groupId,
    strategyId,
    structure: structureOf([one, other], gates.now),
    first: legTerms(one),
    second: legTerms(other),
  };
  const markers = admitted.map(({ label }) => ({ type: 'orderSending', at, label }) as const);
  output.append(group, one.record, other.record, ...markers);
}

function structureOf(admitted: readonly Admitted[], now: MonoMs): string {
  return structureFingerprint(
    admitted.flatMap(({ candidate: { listing, leg } }) =>
      listing === null ? [] : [structureLeg(listing.instrument, leg.side, now)],
    ),
  );
}

function legTerms({ candidate, record }: Admitted): GroupLegTerms {
  const { label, instrument, side, amountE8 } = record.terms;
  const unit = candidate.listing?.instrument.amountUnit ?? 'coin';
  return Object.freeze({ label, instrument, side, amountE8, unit });
}
