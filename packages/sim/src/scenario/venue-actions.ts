import { currency, E8, instrumentName } from '@holdfast/core/values';
import { traderKey } from '../engine-process.ts';
import type { WireTrade } from '../exchange/wire.ts';
import type { World } from '../world.ts';
import { REFERENCE_DEPTH_USD, REFERENCE_DVOL } from '../fuzz/reference-maker.ts';
import { durationMs, type ScenarioStep } from './schema.ts';

type AtVenue = NonNullable<ScenarioStep['venue']>;
type Announced = NonNullable<AtVenue['announce']>;

const MINUTE_MS = 60_000;
/** At each level of a book that stands still. */
const USUAL_STEPS = 40;

/** What the venue, or somebody else who trades there, does now. */
export function actAtVenue(world: World, venue: AtVenue): void {
  const now = world.clock.now();
  if (venue.fail_next !== undefined) world.door.expectNext(venue.fail_next);
  if (venue.failing !== undefined) world.door.failing(venue.failing.method, venue.failing.code);
  if (venue.mended !== undefined) world.door.failing(venue.mended, null);
  if (venue.place_order !== undefined) placeOrder(world, venue.place_order);
  if (venue.cancel_orders === true) demandOk(world.exchange.handle('private/cancel_all', {}, now));
  if (venue.market_trade !== undefined) tradeElsewhere(world, venue.market_trade);
  if (venue.repeat_trades === true) {
    const { account } = traderKey();
    for (const trade of tradesAtVenue(world)) world.service.rooms.hub.read('trade', trade, account);
  }
  if (venue.delist !== undefined) world.exchange.delist(instrumentName(venue.delist), now);
  if (venue.lock !== undefined) world.exchange.lock(currency(venue.lock), true, now);
  if (venue.unlock !== undefined) world.exchange.lock(currency(venue.unlock), false, now);
  if (venue.announce !== undefined) announce(world, venue.announce);
  if (venue.references !== undefined) holdReferences(world, venue.references);
  if (venue.quotes !== undefined) {
    const { instrument, sides, steps = USUAL_STEPS } = venue.quotes;
    world.venue.market.holdQuotes(instrumentName(instrument), { sides, steps });
  }
  if (venue.usual_quotes !== undefined) {
    world.venue.market.holdQuotes(instrumentName(venue.usual_quotes), null);
  }
  if (venue.margin !== undefined) world.door.holdMargin(venue.margin === 0 ? null : venue.margin);
  if (venue.equity !== undefined) world.door.holdEquity(venue.equity);
  if (venue.end_tokens === true) world.service.endTokens();
  if (venue.key !== undefined) setKey(world, venue.key === 'revoked');
  if (venue.misreport_position !== undefined) {
    const { instrument, amount } = venue.misreport_position;
    world.door.misreport(instrumentName(instrument), amount);
  }
  if (venue.tell_cash !== undefined) {
    world.door.tellCash(venue.tell_cash === 'truth' ? null : venue.tell_cash, now);
  }
  if (venue.report_truth !== undefined) {
    world.door.misreport(instrumentName(venue.report_truth), null);
  }
}

function holdReferences(world: World, told: NonNullable<AtVenue['references']>): void {
  const { spread_bps: spread, depth_usd: depth, basis_bps: basis, dvol } = told;
  world.venue.market.holdReferences({
    ...(spread === undefined ? {} : { halfSpread: spread / 20_000 }),
    ...(depth === undefined ? {} : { size: depth / REFERENCE_DEPTH_USD }),
    ...(basis === undefined ? {} : { basis: basis / 10_000 }),
    ...(dvol === undefined ? {} : { fright: dvol / REFERENCE_DVOL }),
  });
}

function placeOrder(world: World, order: NonNullable<AtVenue['place_order']>): void {
  const { label, instrument, side, quantity, price } = order;
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
      world.clock.now(),
    ),
  );
}

/** In the words of Deribit's own announcements, to the minute. */
function announce(world: World, { id, starts_in, lasts }: Announced): void {
  const now = world.clock.now();
  const from = now + durationMs(starts_in);
  const [start, end] = [from, from + durationMs(lasts)].map(
    (at) => new Date(Math.ceil(at / MINUTE_MS) * MINUTE_MS),
  );
  if (start === undefined || end === undefined) return;
  const time = (at: Date): string => at.toISOString().slice(11, 16);
  world.exchange.announce({
    id,
    title: 'Scheduled maintenance',
    body: `On ${start.toISOString().slice(0, 10)} from ${time(start)} to ${time(end)} UTC`,
    at: now,
    important: true,
  });
}

/** The engine's key: what it was granted ends with it. */
function setKey({ service }: World, revoked: boolean): void {
  service.rooms.authenticator.revoke(traderKey().clientId, revoked);
  if (revoked) service.endTokens();
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
  return ['BTC', 'ETH', 'USDC'].flatMap((code) => {
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
