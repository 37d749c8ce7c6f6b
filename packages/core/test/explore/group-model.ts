import type { GroupState } from '../../src/order/group.ts';
import { proposePair } from '../group-desk.ts';
import type { Model } from './explore.ts';
import { type Allowance, House, type Sabotage } from './house.ts';
import { brokenRule, comeToRest, keyOf } from './house-rules.ts';
import { NOTHING } from './reconciliation-model.ts';

/** What may follow what on record; a group that ended may say again that it has. */
const FOLLOWS: Readonly<Record<string, readonly GroupState[]>> = {
  '': ['MixedFailed', 'Complete'],
  MixedFailed: ['Complete', 'Flattening'],
  Flattening: ['Flattened'],
  Complete: ['Complete'],
  Flattened: ['Flattened'],
};
/** Contract-1 section 24. */
const RESCUES_MAX = 2;
const CLOSES_MAX = 3;

/**
 * Two legs that go out as one: what becomes of either at the venue, what is heard of it in what
 * order or never, records, questions, time and a crash; and of every order of the containment.
 */
export const groupModel: Model<House> = pair(
  'group',
  'two legs and their containment: fills, partial fills, refusals, silence, one crash',
  4,
  { ...NOTHING, ticks: 2, crashes: 1, rejections: 1, drops: 1, silences: 1 },
  [],
);

/** From where one leg is filled and the other is not: what befalls the orders that close it. */
export const containmentModel: Model<House> = containmentIn({});

/** The same in a house that may be wrong. */
export function containmentIn(sabotage: Sabotage): Model<House> {
  return pair(
    'containment',
    'a leg that stands alone: closes, a ledger that refuses, silence, two crashes',
    5,
    { ...NOTHING, ticks: 3, crashes: 2, rejections: 1, refusals: 1, drops: 1, silences: 1 },
    ['write', 'take full', 'take none', 'hear 0', 'hear 0', 'hear 0'],
    sabotage,
  );
}

/** `begun` is done before the first choice. */
function pair(
  name: string,
  about: string,
  depth: number,
  allowance: Allowance,
  begun: readonly string[],
  sabotage: Sabotage = {},
): Model<House> {
  return {
    name,
    about,
    depth,
    start: () => {
      const house = new House(allowance, {}, sabotage);
      proposePair(house.desk);
      for (const action of begun) house.act(action);
      return house;
    },
    enabled: (house) => house.enabled(),
    act: (house, action) => house.act(action),
    broken: (house) => brokenRule(house) ?? brokenGroupRule(house),
    key: keyOf,
    rest: (house) => comeToRest(house) ?? brokenGroupRule(house) ?? notNeutral(house),
  };
}

function brokenGroupRule(house: House): string | null {
  return statesFollow(house) ?? completeIsComplete(house) ?? attemptsAreFew(house);
}

/** One step after the other; the first failure is the seed, and stays it. */
function statesFollow({ desk }: House): string | null {
  let at = '';
  let seed: string | null = null;
  for (const { state, cause } of desk.recordsOf('groupStateChanged')) {
    if (!(FOLLOWS[at] ?? []).includes(state)) return `${at} was followed by ${state}`;
    if (state === 'MixedFailed') seed = cause;
    at = state;
  }
  for (const group of desk.state.facts.groups.values()) {
    if (group.seed !== seed) return `the seed is ${group.seed}, and was ${seed}`;
  }
  return null;
}

/** Complete only when the venue is done with both legs, and they are both whole or both nothing. */
function completeIsComplete({ desk, venue, wire }: House): string | null {
  const first = desk
    .recordsOf('groupStateChanged')
    .find(({ cause }) => cause !== 'late_fill_closed');
  if (first?.state !== 'Complete') return null;
  const [group] = desk.recordsOf('groupRecorded');
  if (group === undefined) return 'a group without its record';
  const shares = [group.first, group.second].map(({ amountE8, label }) => {
    const order = venue.orders.get(label);
    return {
      isOver: order !== undefined && order.state !== 'open',
      share: (order?.filledE8 ?? 0) / amountE8,
    };
  });
  const isOut = wire.some((sent) => sent.kind === 'order');
  if (isOut && shares.some(({ isOver }) => !isOver)) return 'complete while a leg was out';
  const [one, other] = shares.map(({ share }) => share);
  return one === other && (one === 0 || one === 1) ? null : `complete with ${one} and ${other}`;
}

/** Rescues in a life, closes in a round, one event in all. */
function attemptsAreFew({ desk }: House): string | null {
  const planned = desk.recordsOf('containmentPlanned');
  const ids = new Set(planned.map(({ groupId }) => groupId));
  if (ids.size !== planned.length) return 'one attempt was made twice';
  const rescues = planned.filter(({ purpose }) => purpose === 'rescue');
  if (rescues.length > RESCUES_MAX) return `${rescues.length} rescues`;
  for (const { attempt, purpose } of planned) {
    if (purpose === 'close' && attempt > CLOSES_MAX) return `close attempt ${attempt}`;
  }
  for (const { terms } of desk.recordsOf('intentRecorded')) {
    const plan = planned.find(({ label }) => label === terms.label);
    if (plan !== undefined && plan.purpose !== 'rescue' && !terms.reduceOnly) {
      return `${terms.label} contains and may open`;
    }
  }
  const events = desk.recordsOf('atomicNakedEventRecorded');
  return events.length > 1 ? `${events.length} naked events` : null;
}

/** At rest the pair is whole, or nothing of it is held; what was closed was told once. */
function notNeutral({ desk, venue }: House): string | null {
  const [group] = desk.recordsOf('groupRecorded');
  const held = venue.positions();
  if (group === undefined) return held.size === 0 ? null : 'held without a group';
  const legs = [group.first, group.second];
  const isWhole = legs.every(({ amountE8, instrument, side }) => {
    return held.get(instrument) === (side === 'buy' ? amountE8 : 0 - amountE8);
  });
  if (!isWhole && held.size > 0) return `holds ${[...held].join(' ')}`;
  if (desk.state.facts.openGroups.size > 0) return 'the group is not over';
  const closes = desk
    .recordsOf('containmentPlanned')
    .some(
      ({ purpose, label }) => purpose === 'close' && (venue.orders.get(label)?.filledE8 ?? 0) > 0,
    );
  const events = desk.recordsOf('atomicNakedEventRecorded').length;
  return closes && events !== 1 ? `${events} naked events` : null;
}
