import type { LegProposal } from '@holdfast/core/strategy';
import { currency, E8, type GroupId, instrumentName } from '@holdfast/core/values';
import type { Moment } from '../faults/doom.ts';
import { GOOD_DISK } from '../faults/disk.ts';
import type { WireTrade } from '../exchange/wire.ts';
import { PERFECT_NETWORK } from '../wire/network-model.ts';
import type { World } from '../world.ts';
import { durationMs, type ScenarioStep } from './schema.ts';
import { modelOf } from './weather.ts';

type Propose = NonNullable<ScenarioStep['propose']>;
type AtVenue = NonNullable<ScenarioStep['venue']>;
type KillAt = NonNullable<NonNullable<ScenarioStep['trader']>['kill_at']>;

/** Groups a scenario has named: the same name is the same intent. */
export type Groups = Map<string, GroupId>;

/** Does what one step says, now. */
export function act(world: World, step: ScenarioStep, groups: Groups): void {
  const { propose, cancel, venue, trader, network, disk, operator } = step;
  if (propose !== undefined) proposeLeg(world, propose, groups);
  if (cancel !== undefined) world.hands.cancelWorking(instrumentName(cancel.instrument));
  if (venue !== undefined) actAtVenue(world, venue);
  if (trader?.kill !== undefined) world.kill(durationMs(trader.kill.restart));
  if (trader?.kill_at !== undefined) killAt(world, trader.kill_at);
  if (network !== undefined) world.network.become(modelOf(PERFECT_NETWORK, network));
  if (disk !== undefined) world.disk.become(modelOf(GOOD_DISK, disk));
  if (operator !== undefined) {
    const words = { reason: 'a scenario says so', operator: 'scenario' };
    world.post((at) => ({ kind: 'operatorCommanded', at, command: operator, ...words }));
  }
}

function proposeLeg(world: World, propose: Propose, groups: Groups): void {
  const { action = 'Place', group } = propose;
  const reduceOnly = propose.reduce_only ?? action !== 'Place';
  let groupId = group === undefined ? undefined : groups.get(group);
  groupId ??= world.hands.mintGroup();
  if (group !== undefined) groups.set(group, groupId);
  world.hands.propose({ action, reduceOnly, target: null, legs: [legOf(world, propose)] }, groupId);
}

/** What a step does not say is what a strategy that wants this trade would say. */
function legOf(world: World, propose: Propose): LegProposal {
  const { side, quantity } = propose;
  const limitPrice = propose.limit_price ?? touch(world, propose.instrument, side);
  const opens = (propose.action ?? 'Place') === 'Place';
  const fair = limitPrice === null ? null : limitPrice * (side === 'buy' ? 1.25 : 0.75);
  return {
    instrument: instrumentName(propose.instrument),
    side,
    quantity,
    contracts: null,
    limitPrice,
    fairPrice: propose.fair_price ?? (opens ? fair : null),
    grossEdgeUsd: propose.gross_edge_usd ?? (opens ? edgeUsd(world, propose, limitPrice) : null),
    delta: 0.5,
    orderType: 'limit',
    timeInForce: propose.time_in_force ?? 'immediate_or_cancel',
    postOnly: false,
    trigger: null,
    triggerPrice: null,
    linkedOrderType: null,
  };
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

function actAtVenue(world: World, venue: AtVenue): void {
  const now = world.clock.now();
  if (venue.fail_next !== undefined) world.door.expectNext(venue.fail_next);
  if (venue.lose_session !== undefined) world.network.cut(durationMs(venue.lose_session));
  if (venue.place_order !== undefined) {
    const { label, instrument, side, quantity, price } = venue.place_order;
    demandOk(
      world.exchange.handle(
        `private/${side}`,
        {
          instrument_name: instrument,
          amount: quantity,
          type: 'limit',
          label,
          price,
          time_in_force: 'good_til_cancelled',
        },
        now,
      ),
    );
  }
  if (venue.market_trade !== undefined) tradeElsewhere(world, venue.market_trade);
  if (venue.repeat_trades === true) {
    for (const trade of tradesAtVenue(world)) world.service.rooms.hub.read('trade', trade);
  }
  if (venue.lose_next_book !== undefined) {
    world.loseNextBook(instrumentName(venue.lose_next_book));
  }
  if (venue.misreport_position !== undefined) {
    const { instrument, amount } = venue.misreport_position;
    world.door.misreport(instrumentName(instrument), amount);
  }
  if (venue.report_truth !== undefined) {
    world.door.misreport(instrumentName(venue.report_truth), null);
  }
}

function tradeElsewhere(world: World, trade: NonNullable<AtVenue['market_trade']>): void {
  const name = instrumentName(trade.instrument);
  const instrument = world.exchange.bookSnapshot(name)?.instrument;
  if (instrument === undefined) throw new Error(`${name} is not listed in this world`);
  const ticks = Math.round((trade.price * E8) / instrument.tickE8);
  const steps = Math.round((trade.quantity * E8) / instrument.amountStepE8);
  world.exchange.marketTrade(name, trade.side, ticks, steps, world.clock.now());
}

/** Every trade of ours, as the venue reports it. */
export function tradesAtVenue(world: World): readonly WireTrade[] {
  const now = world.clock.now();
  return ['BTC', 'ETH'].flatMap((code) => {
    const method = 'private/get_user_trades_by_currency_and_time';
    const period = { currency: code, start_timestamp: 0, end_timestamp: now, count: 1_000 };
    const result = demandOk(world.exchange.handle(method, period, now));
    return (result as { readonly trades: readonly WireTrade[] }).trades;
  });
}

function demandOk(answer: ReturnType<World['exchange']['handle']>): unknown {
  if (!answer.ok) throw new Error(`the venue refused the scenario: ${answer.error.message}`);
  return answer.result;
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
