import type { Decision } from '@holdfast/core';
import { currentMode } from '@holdfast/core/step';
import { E8, type GroupId } from '@holdfast/core/values';
import type { AtomicNakedEventRecorded } from '@holdfast/core/ledger';
import { foldLedger, scanLedger } from '@holdfast/runtime/ledger';
import type { Book } from '@holdfast/core/market';
import type { World } from '../world.ts';
import type { Names } from './actions.ts';
import { differencesFrom } from './remembered.ts';
import type { ScenarioExpectation } from './schema.ts';
import { tradesAtVenue } from './venue-actions.ts';

/** One thing that was expected, beside what was. */
export interface Comparison {
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
  readonly holds: boolean;
}

/** Every part of an expectation against the world as it is now. */
export function compare(
  world: World,
  expectation: ScenarioExpectation,
  names: Names,
): readonly Comparison[] {
  const { mode, reasons, latch, latched, refused, abandoned, anomalies, faults } = expectation;
  const standing = world.state === null ? null : currentMode(world.state);
  const latchedBy = world.state?.observations.latch.reasons ?? [];
  const said = world.decisions;
  return [
    ...equal('mode', mode, standing?.mode ?? 'Down'),
    ...includes('reasons', reasons, standing?.reasons ?? []),
    ...includes('latch', latch, latchedBy),
    ...equal('latched', latched, latchedBy.length > 0),
    ...includes('refused', refused, codes(said, refusalOf)),
    ...includes('abandoned', abandoned, codes(said, abandonOf)),
    ...includes('anomalies', anomalies, codes(said, anomalyOf)),
    ...includes('faults', faults, codes(said, faultOf)),
    ...equal('placements', expectation.placements, world.placements.length),
    ...lazily('opening', expectation.opening, () => opening(world)),
    ...includes('not_contained', expectation.not_contained, codes(said, notContainedOf)),
    ...(expectation.groups ?? []).flatMap(({ group, state }) =>
      equal(`group ${group}`, state, groupState(world, names.groups.get(group))),
    ),
    ...(expectation.naked === undefined ? [] : nakedEvent(world, expectation.naked)),
    ...equal('duplicates', expectation.duplicates, world.exchange.counters.duplicateDispatches),
    ...equal('working', expectation.working, world.state?.facts.working.size ?? Number.NaN),
    ...(expectation.orders ?? []).flatMap(({ group, state }) =>
      equal(`order ${group}`, state, orderState(world, names.groups.get(group))),
    ),
    ...lazily('orders_at_venue', expectation.orders_at_venue, () => openOrders(world)),
    ...lazily('trades_at_venue', expectation.trades_at_venue, () => tradesAtVenue(world).length),
    ...(expectation.positions ?? []).flatMap(({ instrument, amount }) =>
      equal(`position ${instrument}`, amount, positionOf(world, instrument)),
    ),
    ...records(world, expectation.records ?? {}),
    ...lazily('sessions', expectation.sessions, () => [...world.service.sessions].length),
    ...(expectation.requests ?? []).flatMap((bounds) => requests(world, bounds)),
    ...(expectation.books_equal === true ? booksEqual(world) : []),
    ...asRemembered(world, expectation.as_remembered, names),
  ];
}

function equal<Value extends string | number | boolean>(
  what: string,
  expected: Value | undefined,
  actual: Value,
): readonly Comparison[] {
  if (expected === undefined) return [];
  const holds = expected === actual;
  return [{ what, expected: String(expected), actual: String(actual), holds }];
}

function lazily(
  what: string,
  expected: number | undefined,
  actual: () => number,
): readonly Comparison[] {
  return expected === undefined ? [] : equal(what, expected, actual());
}

function includes(
  what: string,
  expected: readonly string[] | undefined,
  actual: readonly string[],
): readonly Comparison[] {
  if (expected === undefined) return [];
  const holds = expected.every((each) => actual.includes(each));
  return [{ what, expected: expected.join(' '), actual: actual.join(' ') || 'none', holds }];
}

function codes(
  said: readonly Decision[],
  codeOf: (decision: Decision) => string | null,
): readonly string[] {
  const found = new Set<string>();
  for (const decision of said) {
    const code = codeOf(decision);
    if (code !== null) found.add(code);
  }
  return [...found];
}

const refusalOf = (said: Decision): string | null =>
  said.kind === 'intentRejected' ? said.reject.code : null;
const abandonOf = (said: Decision): string | null =>
  said.kind === 'orderAbandoned' ? said.cause : null;
const anomalyOf = (said: Decision): string | null =>
  said.kind === 'anomaly' ? said.anomaly : null;
const notContainedOf = (said: Decision): string | null =>
  said.kind === 'containmentRefused' ? said.reject.code : null;
/** The fault itself, without what an adapter put behind the colon. */
const faultOf = (said: Decision): string | null =>
  said.kind === 'fault' ? (said.fault.split(':')[0] ?? '') : null;

const opening = ({ placements }: World): number =>
  placements.filter(({ reduceOnly }) => !reduceOnly).length;

function openOrders(world: World): number {
  const answer = world.exchange.handle('private/get_open_orders', {}, world.clock.now());
  return answer.ok && Array.isArray(answer.result) ? answer.result.length : Number.NaN;
}

function positionOf(world: World, name: string): number {
  for (const { instrument, amountE8 } of world.state?.facts.positions.values() ?? []) {
    if (instrument === name) return amountE8 / E8;
  }
  return world.state === null ? Number.NaN : 0;
}

function records(
  world: World,
  expected: Readonly<Record<string, number | undefined>>,
): readonly Comparison[] {
  if (Object.keys(expected).length === 0) return [];
  const { byType } = foldLedger(world.disk);
  return Object.entries(expected).flatMap(([type, count]) =>
    equal(`records ${type}`, count, byType[type] ?? 0),
  );
}

/** As the process knows it; of one that is down, as its ledger does. */
function orderState(world: World, groupId: GroupId | undefined): string {
  const { orders } = world.state?.facts ?? foldLedger(world.disk).facts;
  for (const { terms, state } of orders.values()) if (terms.groupId === groupId) return state;
  return 'None';
}

function groupState(world: World, groupId: GroupId | undefined): string {
  if (groupId === undefined) return 'None';
  return foldLedger(world.disk).facts.groups.get(groupId)?.state ?? 'None';
}

type Naked = NonNullable<ScenarioExpectation['naked']>;

function nakedEvent({ disk }: World, expected: Naked): readonly Comparison[] {
  const told: AtomicNakedEventRecorded[] = [];
  for (const { record } of scanLedger(disk)) {
    if (record.type === 'atomicNakedEventRecorded') told.push(record);
  }
  const latest = told.at(-1);
  if (latest === undefined) return equal('incidents', 'one', 'none');
  const { timeToDeltaNeutralMs: ms, closeAttempts, hedgeUsed, exposureAfter, cause } = latest;
  const most = expected.neutral_ms_at_most;
  return [
    ...(most === undefined ? [] : equal(`neutral within ${most} ms`, true, ms <= most)),
    ...equal('close attempts', expected.close_attempts, closeAttempts),
    ...equal('hedge used', expected.hedge_used, hedgeUsed),
    ...equal('exposure after', expected.exposure_after_usd, exposureAfter / 1_000_000),
    ...equal<string>('cause', expected.cause, cause),
  ];
}

type Bounds = NonNullable<ScenarioExpectation['requests']>[number];

function requests({ service }: World, bounds: Bounds): readonly Comparison[] {
  const { method, at_least = 0, at_most = Number.POSITIVE_INFINITY } = bounds;
  const actual = service.counters.requestsByMethod[method] ?? 0;
  const expected = `${at_least} to ${at_most}`;
  const holds = actual >= at_least && actual <= at_most;
  return [{ what: `requests ${method}`, expected, actual: String(actual), holds }];
}

function booksEqual({ state, exchange }: World): readonly Comparison[] {
  const listings = [...(state?.observations.listings.values() ?? [])];
  const differing = listings.filter(({ instrument, book }) => {
    const theirs = exchange.bookSnapshot(instrument.name);
    if (theirs === null || !book.usable) return true;
    return levelsOf(book) !== JSON.stringify([theirs.bids, theirs.asks]);
  });
  const names = differing.map(({ instrument }) => instrument.name);
  const actual = listings.length === 0 ? 'no books' : names.join(' ') || 'none';
  return equal('books that differ', 'none', actual);
}

function levelsOf(book: Book): string {
  const bids: number[] = [];
  const asks: number[] = [];
  for (let level = 0; level < book.bidCount; level += 1) {
    bids.push(book.bidPrice(level), book.bidQuantity(level));
  }
  for (let level = 0; level < book.askCount; level += 1) {
    asks.push(book.askPrice(level), book.askQuantity(level));
  }
  return JSON.stringify([bids, asks]);
}

function asRemembered(
  world: World,
  name: string | undefined,
  { remembered }: Names,
): readonly Comparison[] {
  if (name === undefined) return [];
  const before = remembered.get(name);
  const differing = before === undefined ? ['never remembered'] : differencesFrom(world, before);
  return equal(`different from ${name}`, 'nothing', differing.join(', ') || 'nothing');
}
