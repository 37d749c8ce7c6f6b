import type { Facts } from './facts.ts';
import { churnKey, noteFlatten } from './order/churn.ts';
import type {
  AtomicNakedEventRecorded,
  ContainmentPlanned,
  GroupLegTerms,
  GroupRecorded,
  GroupStateChanged,
} from './ledger/group-records.ts';
import type { FillRecorded } from './ledger/record.ts';
import { type Group, type GroupLeg, isGroupOver } from './order/group.ts';
import { amountE8, coinE8, type Label } from './values/index.ts';

/** Ended groups kept for late fills; far more than the orders that are kept can belong to. */
const ENDED_GROUPS_KEPT = 4_096;
const DAY_MS = 86_400_000;

type RecordOfGroup =
  | GroupRecorded
  | GroupStateChanged
  | ContainmentPlanned
  | AtomicNakedEventRecorded;

/** The groups' part of `apply`: nothing else writes these Facts. */
export function applyOfGroup(facts: Facts, record: RecordOfGroup): void {
  switch (record.type) {
    case 'groupRecorded':
      return applyGroup(facts, record);
    case 'groupStateChanged':
      return applyGroupState(facts, record);
    case 'containmentPlanned':
      return applyContainment(facts, record);
    case 'atomicNakedEventRecorded':
      return applyNakedEvent(facts, record);
  }
}

function applyGroup(facts: Facts, record: GroupRecorded): void {
  const { groupId, strategyId, structure, first, second, at } = record;
  facts.groups.set(groupId, {
    groupId,
    strategyId,
    structure,
    createdAt: at,
    legs: [legOf(first), legOf(second)],
    state: 'New',
    seed: null,
    mixedAt: null,
    rescues: 0,
    closeAttempts: 0,
    hedges: 0,
    hedgedE8: coinE8(0),
    eventRecorded: false,
  });
  facts.openGroups.add(groupId);
  facts.roles.set(first.label, { parent: groupId, legIndex: 0, purpose: 'leg' });
  facts.roles.set(second.label, { parent: groupId, legIndex: 1, purpose: 'leg' });
}

function legOf({ label, instrument, side, amountE8: amount, unit }: GroupLegTerms): GroupLeg {
  const nothing = { filledE8: amountE8(0), closedE8: amountE8(0), indexPriceE8: null };
  return { label, instrument, side, amountE8: amount, unit, ...nothing };
}

/** A leg's marker: the group is on its way. */
export function dispatchGroup(facts: Facts, label: Label): void {
  const role = facts.roles.get(label);
  if (role?.purpose !== 'leg') return;
  const group = facts.groups.get(role.parent);
  if (group?.state === 'New') group.state = 'Dispatched';
}

function applyGroupState(facts: Facts, record: GroupStateChanged): void {
  const group = facts.groups.get(record.groupId);
  if (group === undefined) return;
  const wasOver = isGroupOver(group.state);
  group.state = record.state;
  if (record.state === 'MixedFailed') {
    group.seed ??= record.cause;
    group.mixedAt ??= record.at;
  }
  if (record.state === 'Flattening') {
    noteFlatten(facts.churn, churnKey(group.strategyId, group.structure), record.at);
  }
  if (!isGroupOver(record.state)) return;
  facts.openGroups.delete(record.groupId);
  if (!wasOver) end(facts, group);
}

function end(facts: Facts, { groupId }: Group): void {
  facts.endedGroups.push(groupId);
  if (facts.endedGroups.length < ENDED_GROUPS_KEPT * 2) return;
  for (const old of facts.endedGroups.splice(0, ENDED_GROUPS_KEPT)) {
    if (!facts.openGroups.has(old)) facts.groups.delete(old);
  }
}

function applyContainment(facts: Facts, record: ContainmentPlanned): void {
  const { parentGroupId, legIndex, purpose, label, attempt } = record;
  facts.roles.set(label, { parent: parentGroupId, legIndex, purpose });
  const group = facts.groups.get(parentGroupId);
  if (group === undefined) return;
  if (purpose === 'rescue') group.rescues += 1;
  if (purpose === 'hedge') group.hedges += 1;
  // Two orders of one attempt are one attempt.
  if (purpose === 'close') group.closeAttempts = Math.max(group.closeAttempts, attempt);
}

/** A trade of a group's order, counted once by the caller. */
export function countGroupFill(facts: Facts, label: Label, fill: FillRecorded): void {
  const role = facts.roles.get(label);
  const group = role === undefined ? undefined : facts.groups.get(role.parent);
  if (role === undefined || group === undefined) return;
  if (role.purpose === 'hedge') {
    const signed = fill.side === 'buy' ? fill.amountE8 : 0 - fill.amountE8;
    group.hedgedE8 = coinE8(group.hedgedE8 + signed);
    return;
  }
  const leg = group.legs[role.legIndex];
  if (role.purpose === 'close') {
    leg.closedE8 = amountE8(leg.closedE8 + fill.amountE8);
    return;
  }
  leg.filledE8 = amountE8(leg.filledE8 + fill.amountE8);
  leg.indexPriceE8 = fill.indexPriceE8;
  // News after the end: the executor looks at it once more.
  if (isGroupOver(group.state)) facts.openGroups.add(group.groupId);
}

function applyNakedEvent(facts: Facts, record: AtomicNakedEventRecorded): void {
  const group = facts.groups.get(record.groupId);
  if (group !== undefined) group.eventRecorded = true;
  facts.nakedEvents.push(record.at);
  while (record.at - (facts.nakedEvents[0] ?? record.at) > DAY_MS) facts.nakedEvents.shift();
}
