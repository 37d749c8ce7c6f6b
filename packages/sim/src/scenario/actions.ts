import { type LegProposal, limitLeg } from '@holdfast/core/strategy';
import {
  type Currency,
  currency,
  E8,
  type GroupId,
  instrumentName,
  type Label,
} from '@holdfast/core/values';
import type { Moment } from '../faults/doom.ts';
import { GOOD_DISK } from '../faults/disk.ts';
import { PERFECT_NETWORK } from '../wire/network-model.ts';
import type { World } from '../world.ts';
import { type Remembered, rememberFacts } from './remembered.ts';
import { durationMs, type ScenarioStep } from './schema.ts';
import { actAtVenue } from './venue-actions.ts';
import { modelOf } from './weather.ts';

type Propose = NonNullable<ScenarioStep['propose']>;
type Cancel = NonNullable<ScenarioStep['cancel']>;
type Line = NonNullable<ScenarioStep['line']>;
type Trader = NonNullable<ScenarioStep['trader']>;
type KillAt = NonNullable<Trader['kill_at']>;

/** What a scenario has given names to. */
export interface Names {
  /** Groups: the same name is the same intent. */
  readonly groups: Map<string, GroupId>;
  readonly remembered: Map<string, Remembered>;
}

export function noNames(): Names {
  return { groups: new Map(), remembered: new Map() };
}

/** Does what one step says, now. */
export function act(world: World, step: ScenarioStep, names: Names): void {
  const { propose, cancel, venue, trader, network, line, disk, remember, operator } = step;
  if (propose !== undefined) proposeLeg(world, propose, names);
  if (cancel !== undefined) cancelOrders(world, cancel, names);
  if (venue !== undefined) actAtVenue(world, venue);
  if (trader !== undefined) disturb(world, trader);
  if (network !== undefined) world.network.become(modelOf(PERFECT_NETWORK, network));
  if (line !== undefined) disturbLine(world, line);
  if (remember !== undefined) names.remembered.set(remember, rememberFacts(world));
  if (disk !== undefined) world.disk.become(modelOf(GOOD_DISK, disk));
  if (step.acknowledge !== undefined) acknowledge(world, currency(step.acknowledge));
  if (operator !== undefined) command(world, operator);
  if (step.operations_lock !== undefined) layLock(world, step.operations_lock);
}

type Lock = NonNullable<ScenarioStep['operations_lock']>;

function layLock(world: World, { state, operation }: Lock): void {
  const since = new Date(world.clock.now()).toISOString();
  world.desk.layLock(
    state === 'free' || state === 'unreadable'
      ? { state }
      : { state, operationId: operation ?? 'OPS-2026-01-05-001', since },
  );
}

function command(world: World, word: NonNullable<ScenarioStep['operator']>): void {
  const [reason, operator] = ['a scenario says so', 'scenario'];
  world.post((at) =>
    word === 'close_out'
      ? { kind: 'closeOutCommanded', at, operator }
      : { kind: 'operatorCommanded', at, command: word, reason, operator },
  );
}

/** A person names the row that stands; where none does, one that never was. */
function acknowledge(world: World, code: Currency): void {
  const rowId = world.state?.facts.cashBooks.get(code)?.mismatch?.rowId ?? 0;
  const words = { reason: 'a scenario says so', operator: 'scenario' };
  world.post((at) => ({ kind: 'cashAcknowledgeCommanded', at, currency: code, rowId, ...words }));
}

function disturb(world: World, { pause, suspend, kill, kill_at }: Trader): void {
  if (pause !== undefined) world.pause(durationMs(pause));
  if (suspend !== undefined) world.suspend(durationMs(suspend));
  if (kill !== undefined) world.kill(durationMs(kill.restart));
  if (kill_at !== undefined) killAt(world, kill_at);
}

function disturbLine({ network }: World, { cut, hold, lose_next }: Line): void {
  if (cut !== undefined) network.cut(durationMs(cut));
  if (hold !== undefined) network.hold(hold.direction, durationMs(hold.for));
  for (const kind of ['request', 'answer', 'notification'] as const) {
    const of = lose_next?.[kind];
    if (of !== undefined) network.loseNext({ kind, of });
  }
}

function cancelOrders(world: World, cancel: Cancel, { groups }: Names): void {
  const { instrument, group } = cancel;
  if (instrument !== undefined) world.hands.cancelWorking(instrumentName(instrument));
  if (group !== undefined) world.hands.cancel(labelOf(world, group, groups));
}

/** The label the order of a named group has, as the engine knows it. */
function labelOf({ state }: World, group: string, groups: Names['groups']): Label | null {
  const id = groups.get(group);
  for (const { terms } of state?.facts.orders.values() ?? []) {
    if (terms.groupId === id) return terms.label;
  }
  return null;
}

function proposeLeg(world: World, propose: Propose, { groups }: Names): void {
  const { action = 'Place', group, replaces } = propose;
  const reduceOnly = propose.reduce_only ?? action !== 'Place';
  let groupId = group === undefined ? undefined : groups.get(group);
  groupId ??= world.hands.mintGroup();
  if (group !== undefined) groups.set(group, groupId);
  const target = replaces === undefined ? null : labelOf(world, replaces, groups);
  const legs = [propose, ...(propose.with === undefined ? [] : [propose.with])];
  const proposed = legs.map((leg) => legOf(world, leg));
  world.hands.propose({ action, reduceOnly, target, legs: proposed }, groupId);
}

/** What a step does not say is what a strategy that wants this trade would say. */
function legOf(world: World, propose: Propose): LegProposal {
  const { side, quantity } = propose;
  const limitPrice = propose.limit_price ?? touch(world, propose.instrument, side);
  const opens = (propose.action ?? 'Place') === 'Place';
  const fair = limitPrice === null ? null : limitPrice * (side === 'buy' ? 1.25 : 0.75);
  return limitLeg(instrumentName(propose.instrument), side, quantity, limitPrice, {
    fairPrice: propose.fair_price ?? (opens ? fair : null),
    grossEdgeUsd: propose.gross_edge_usd ?? (opens ? edgeUsd(world, propose, limitPrice) : null),
    delta: 0.5,
    timeInForce: propose.time_in_force ?? 'immediate_or_cancel',
  });
}

/** Half the distance to that fair value: enough for every fee, not too much to cross. */
function edgeUsd(world: World, propose: Propose, limitPrice: number | null): number | null {
  const underlying = propose.instrument.split('-')[0] ?? '';
  const index = world.state?.observations.indexes.get(currency(underlying))?.priceE8;
  if (index === undefined || limitPrice === null) return null;
  return ((limitPrice * 0.25) / 2) * (index / E8) * propose.quantity;
}

/** Best price of the other side at the venue; null when there is none. */
function touch(world: World, name: string, side: 'buy' | 'sell'): number | null {
  const book = world.exchange.bookSnapshot(instrumentName(name));
  const ticks = (side === 'buy' ? book?.asks : book?.bids)?.[0];
  return book === null || ticks === undefined ? null : (ticks * book.instrument.tickE8) / E8;
}

function killAt(world: World, { moment, record, question, restart }: KillAt): void {
  world.killWhen(
    (met) =>
      met.kind === moment &&
      (record === undefined || recordTypes(met).includes(record)) &&
      (question === undefined || (met.kind === 'fetch' && met.what === question)),
    durationMs(restart),
  );
}

function recordTypes(met: Moment): readonly string[] {
  if (met.kind !== 'append' && met.kind !== 'recorded') return [];
  return met.records.map(({ type }) => type);
}
