import type { Model } from './explore.ts';
import { type Allowance, House, type Sabotage } from './house.ts';
import { brokenRule, comeToRest, keyOf } from './house-rules.ts';

export const NOTHING: Allowance = {
  ticks: 0,
  crashes: 0,
  losses: 0,
  drops: 0,
  silences: 0,
  refusals: 0,
  lateLists: 0,
  failures: 0,
  rejections: 0,
  cancels: 0,
};

const EACH_ONCE: Allowance = {
  ticks: 3,
  crashes: 1,
  losses: 1,
  drops: 1,
  silences: 1,
  refusals: 1,
  lateLists: 1,
  failures: 1,
  rejections: 1,
  cancels: 1,
};

/**
 * One order that rests, from its proposal on: everything that can befall its records, its way to
 * the venue, its fills, the news of them, the questions and the process.
 */
export const reconciliationModel: Model<House> = restingOrder(
  'reconciliation',
  'an order, its records, fills, notices, questions, and each trouble once, in every order',
  5,
  EACH_ONCE,
);

/** Fewer kinds of trouble, further: two crashes anywhere between an order's intent and its end. */
export const crashModel: Model<House> = restingOrder(
  'crash',
  'an order, its records, fills, notices and questions, and two crashes, in every order',
  6,
  { ...NOTHING, ticks: 2, crashes: 2 },
);

/** The first of them, played with a house that is wrong. */
export function sabotaged(sabotage: Sabotage): Model<House> {
  const { name, about, depth } = reconciliationModel;
  return restingOrder(name, about, depth, EACH_ONCE, sabotage);
}

function restingOrder(
  name: string,
  about: string,
  depth: number,
  allowance: Allowance,
  sabotage: Sabotage = {},
): Model<House> {
  return {
    name,
    about,
    depth,
    start: () => {
      const house = new House(allowance, {}, sabotage);
      house.desk.propose({ timeInForce: 'good_til_cancelled' });
      return house;
    },
    enabled: (house) => house.enabled(),
    act: (house, action) => house.act(action),
    broken: brokenRule,
    key: keyOf,
    rest: comeToRest,
  };
}
