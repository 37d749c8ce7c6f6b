/**
 * What may never be wrong in a house, whatever happened in whatever order. Every rule is judged by
 * the venue's truth and the ledger's records, by nothing the core says of itself alone.
 */
import { viewLatch } from '../../src/guard/latch.ts';
import { isTerminal } from '../../src/order/order.ts';
import { createState, recover, type State } from '../../src/step.ts';
import type { Label } from '../../src/values/index.ts';
import { canonical } from './canonical.ts';
import type { House } from './house.ts';
import { positionsOf } from './toy-venue.ts';

/** The first rule that is broken, in words; null while none is. */
export function brokenRule(house: House): string | null {
  return brokenAtOnce(house) ?? nothingInvented(house) ?? factsAreTheirRecords(house);
}

/** Those that a later event could hide. */
function brokenAtOnce(house: House): string | null {
  const { desk, venue } = house;
  if (house.wrong !== null) return house.wrong;
  if (venue.twice !== null) return `${venue.twice} is at the venue twice`;
  return (
    fillsCountOnce(house) ??
    closedIsClosed(house) ??
    reservedWhileItMayFill(house) ??
    latchIsOfOneMind(desk.state)
  );
}

function fillsCountOnce({ desk }: House): string | null {
  const { facts } = desk.state;
  const trades = new Map(desk.recordsOf('fillRecorded').map((each) => [each.tradeId, each]));
  if (facts.totals.fills !== trades.size) return `${facts.totals.fills} fills of ${trades.size}`;
  const held = positionsOf(trades.values());
  for (const name of new Set([...held.keys(), ...facts.positions.keys()])) {
    const [ours, theirs] = [facts.positions.get(name)?.amountE8 ?? 0, held.get(name) ?? 0];
    if (ours !== theirs) return `${name} holds ${ours}, its trades add up to ${theirs}`;
  }
  for (const [label, order] of facts.orders) {
    let filled = 0;
    for (const trade of trades.values()) if (trade.label === label) filled += trade.amountE8;
    if (order.filledE8 !== filled) return `${label} filled ${order.filledE8}, traded ${filled}`;
  }
  return null;
}

/** No fill without its trade, no order that was not proposed, no intent twice. */
function nothingInvented({ desk, venue }: House): string | null {
  const told = new Map(venue.trades.map((trade) => [trade.tradeId, trade]));
  for (const { tradeId, label, amountE8 } of desk.recordsOf('fillRecorded')) {
    const trade = told.get(tradeId);
    if (trade === undefined) return `${tradeId} never traded`;
    if (trade.amountE8 !== amountE8) return `${tradeId} traded ${trade.amountE8}`;
    if (label !== null && label !== trade.label) return `${tradeId} is not of ${label}`;
  }
  const intents = desk.recordsOf('intentRecorded').map(({ terms }) => terms.label);
  if (new Set(intents).size !== intents.length) return 'one intent is recorded twice';
  for (const label of desk.state.facts.orders.keys()) {
    if (!intents.includes(label)) return `${label} was never recorded`;
  }
  return null;
}

/** What the ledger calls over can never trade again, and what it calls unsent never left. */
function closedIsClosed(house: House): string | null {
  for (const [label, order] of house.desk.state.facts.orders) {
    if (!isTerminal(order.state)) continue;
    if (order.abandoned && house.labels.includes(label)) return `${label} was abandoned and left`;
    if (mayFill(house, label)) return `${label} is ${order.state} and may still trade`;
  }
  return null;
}

function mayFill({ venue, wire }: House, label: Label): boolean {
  if (venue.orders.get(label)?.state === 'open') return true;
  return wire.some((sent) => sent.kind === 'order' && sent.terms.label === label);
}

function reservedWhileItMayFill(house: House): string | null {
  const { reservations } = house.desk.state.observations;
  for (const label of house.labels) {
    const order = house.desk.state.facts.orders.get(label);
    if (order?.terms.intentClass !== 'OPEN' || !mayFill(house, label)) continue;
    if (!reservations.has(label)) return `${label} may trade and reserves nothing`;
  }
  return null;
}

/** Its three fields never disagree, and while it is set the mode is not Active. */
export function latchIsOfOneMind(state: State): string | null {
  const { blocked, reasons, requiresReconcile } = viewLatch(state.observations.latch);
  if (blocked !== reasons.length > 0 || requiresReconcile !== blocked) return 'the latch differs';
  if (new Set(reasons).size !== reasons.length) return 'a reason stands twice';
  return null;
}

/** A process that died now would come back to these very facts. */
function factsAreTheirRecords({ desk }: House): string | null {
  const { session, facts } = desk.state;
  const again = createState(session);
  for (const record of desk.records) recover(again, record);
  const [now, folded] = [canonical(facts, desk.now), canonical(again.facts, desk.now)];
  return now === folded ? null : `facts ${now} fold to ${folded}`;
}

const ROUNDS = 120;
const REST_ORDER = ['write', 'arrive', 'take full', 'hear 0', 'read', 'answer'] as const;

/**
 * Everything that is out comes in, then time passes: the house has to find out by itself what it
 * missed. What it still has wrong after that, in words.
 */
export function comeToRest(house: House): string | null {
  for (let round = 0; round < ROUNDS; round += 1) {
    const open = new Set(house.enabled());
    const next = REST_ORDER.find((each) => open.has(each));
    if (next !== undefined) house.act(next);
    else if (isAtRest(house)) break;
    else if (!house.timeOut()) house.tick();
    const broken = brokenAtOnce(house);
    if (broken !== null) return `at rest: ${broken}`;
  }
  return brokenRule(house) ?? notAtRest(house);
}

const isAtRest = (house: House): boolean => notAtRest(house) === null;

function notAtRest(house: House): string | null {
  const { desk, venue } = house;
  const { facts, observations } = desk.state;
  if (desk.mode !== 'Active') return `${desk.mode} for ${desk.modeReasons.join(' ')}`;
  if (observations.latch.reasons.length > 0) return 'latched';
  for (const { tradeId } of venue.trades) {
    if (!facts.seenTrades.has(tradeId)) return `${tradeId} was never learned`;
  }
  for (const label of facts.working) {
    if (!mayFill(house, label)) return `${label} still works here`;
  }
  for (const label of venue.orders.keys()) {
    if (mayFill(house, label) && !facts.working.has(label)) return `${label} works there`;
  }
  const left = [...observations.pendingIntents.keys(), ...observations.unresolved.keys()];
  return left.length === 0 ? null : `${left.join(' ')} is waited for`;
}

/** What comes next can depend on nothing else. */
export function keyOf(house: House): string {
  const { desk, venue, wire, notices, question, labels, left } = house;
  const { facts, observations } = desk.state;
  const { riskCauses, latch, latchedAt, reconciliation, reservations } = observations;
  const whole = {
    facts: { ...facts, records: 0, lastReconciledAt: facts.lastReconciledAt === null },
    totals: facts.totals.fills,
    risk: riskCauses,
    latch: latch.reasons,
    latchedAt,
    reconciliation,
    reserved: labels.map((label) => reservations.has(label)),
    intents: [...observations.pendingIntents.keys()],
    attempts: observations.pendingAttempts.size,
    trades: observations.pendingTrades,
    waived: observations.waived,
    readmitted: observations.readmitted,
    unresolved: observations.unresolved,
    leftAt: observations.leftAt,
    canceling: observations.canceling,
    containment: observations.containment,
    ledger: observations.ledger.refusal,
    session: [observations.connected, observations.lastActivityAt, observations.heardSince],
    held: desk.held,
    atVenue: venue.orders,
    done: venue.trades.map(({ tradeId }) => tradeId),
    out: [wire, notices, question, left, house.givenUp],
  };
  return canonical(whole, desk.now);
}
