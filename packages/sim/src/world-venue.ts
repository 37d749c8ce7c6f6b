import { coinE8, currency } from '@holdfast/core/values';
import { traderKey } from './engine-process.ts';
import { Exchange } from './exchange/index.ts';
import type { NotificationListener } from './exchange/notification.ts';
import { tierLimits } from './exchange/credits.ts';
import { AccountStory } from './faults/account.ts';
import { Platform } from './faults/platform.ts';
import { SPELL_LOOK_MS } from './faults/spell.ts';
import { CALM_VENUE, VenueDoor } from './faults/venue.ts';
import { MarketMaker } from './fuzz/market-maker.ts';
import { every } from './every.ts';
import type { Prng } from './prng.ts';
import { developmentKeys } from './server/keys.ts';
import { createNoticeBoard, type NoticeBoard } from './server/notice-board.ts';
import { ExchangeService, TICK_MS } from './server/service.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { WorldOptions } from './world-options.ts';

const DEPOSITS = new Map([
  [currency('BTC'), coinE8(1_000_000_000)],
  [currency('ETH'), coinE8(20_000_000_000)],
  [currency('USDC'), coinE8(10_000_000_000_000)],
]);
const SEND_BUFFER_BYTES = 8 * 1_024 * 1_024;

/** The venue of one world: the real exchange and its service, a market, and what befalls them. */
export class WorldVenue {
  readonly exchange: Exchange;
  /** The venue as it is spoken to: the exchange behind what it may answer instead. */
  readonly door: VenueDoor;
  readonly service: ExchangeService;
  readonly #account: AccountStory;
  readonly #platform: Platform;
  readonly market: MarketMaker;

  /** @param onNotice hears all that the exchange tells, before anybody it is told to. */
  constructor(
    clock: VirtualClock,
    prng: Prng,
    options: WorldOptions,
    onNotice: NotificationListener,
  ) {
    const notices = createNoticeBoard();
    notices.read(onNotice);
    this.exchange = new Exchange({
      deposits: options.staged?.deposits ?? DEPOSITS,
      limits: tierLimits(1),
      onNotification: notices.post,
    });
    const { exchange } = this;
    this.#account = new AccountStory(clock, prng.fork('account'), options.account);
    this.door = new VenueDoor({
      exchange,
      clock,
      prng: prng.fork('venue'),
      account: this.#account,
      model: options.venue,
    });
    this.service = createService(clock, prng, options, this, notices);
    const { service } = this;
    const { clientId } = traderKey();
    const house = { clock, prng: prng.fork('platform'), exchange, service, clientId };
    this.#platform = new Platform(house, options.platform);
    const { market: mood, conditions } = options;
    this.market = new MarketMaker({
      clock,
      exchange,
      prng: prng.fork('market'),
      mood,
      conditions,
    });
    if (options.staged === undefined) this.market.start();
    else options.staged.market.drive({ clock, exchange }).start();
    service.begin();
    every(clock, TICK_MS, () => {
      service.speak();
      service.check();
    });
    every(clock, SPELL_LOOK_MS, () => {
      this.#account.look();
      this.#platform.look();
    });
  }

  /** Nothing befalls it any more, and what was broken is mended. */
  putRight(): void {
    this.door.become(CALM_VENUE);
    this.#account.putRight();
    this.#platform.putRight();
    this.market.putRight();
  }
}

function createService(
  clock: VirtualClock,
  prng: Prng,
  { venue, platform }: WorldOptions,
  { exchange, door }: Pick<WorldVenue, 'exchange' | 'door'>,
  notices: NoticeBoard,
): ExchangeService {
  const tokens = prng.fork('tokens');
  return new ExchangeService({
    exchange,
    notices,
    clock,
    keys: developmentKeys(),
    creditsEnabled: venue.credits === 1,
    tokenLifetimeS: platform.tokenLifetimeMs / 1_000,
    sendBufferBytes: SEND_BUFFER_BYTES,
    handle: door.handle,
    noticesEnd: () => door.noticesEnd(),
    machine: {
      now: () => clock.now(),
      stopwatch: () => clock.now(),
      mintToken: () => tokens.uint32().toString(36),
      defer: (action) => clock.wake(clock.now(), action),
    },
  });
}
