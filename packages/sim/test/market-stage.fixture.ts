import { createHash } from 'node:crypto';
import type { Instrument } from '@holdfast/core/instrument';
import { createSmileMemory, openSmileDesk, type SmileMemory } from '@holdfast/core/market';
import { DEFAULT_PARAMETERS } from '@holdfast/core/policy';
import type { Quote, StrategyView } from '@holdfast/core/strategy';
import { type Currency, currency, E8, type InstrumentName, monoMs } from '@holdfast/core/values';
import { Exchange, type NotificationListener } from '../src/exchange/index.ts';
import { openMarket, type Market } from '../src/market/open-market.ts';
import type { DrivePace, MarketDrive } from '../src/market/market-drive.ts';
import { VirtualClock } from '../src/virtual-clock.ts';

type Notice = Parameters<NotificationListener>;
type Ticker = Extract<Notice, readonly ['ticker', ...unknown[]]>[1];

export interface Stage {
  readonly market: Market;
  readonly clock: VirtualClock;
  readonly exchange: Exchange;
  readonly drive: MarketDrive;
  readonly startedAt: number;
  /** Listed and not expired. */
  readonly instruments: Map<InstrumentName, Instrument>;
  readonly tickers: Map<InstrumentName, Ticker>;
  readonly bookTimes: Map<InstrumentName, number>;
  readonly indexes: Map<Currency, number>;
  readonly volatility: Map<Currency, number>;
  readonly counts: Map<string, number>;
  /** Of everything that was told, in order. */
  digest(): string;
  run(ms: number): void;
}

interface StageOptions {
  readonly spec: string;
  readonly seed: string;
  /** Where the market has no time of its own. */
  readonly startAt?: number;
  readonly pace?: Partial<DrivePace>;
  readonly hashed?: boolean;
}

/** A market on a real exchange, by a wound clock, started. */
export function openStage({ spec, seed, startAt, pace, hashed }: StageOptions): Stage {
  const opened = openMarket(spec, { seed, cwd: process.cwd() });
  if (!opened.ok) throw new Error(opened.faults.join('\n'));
  const { market } = opened;
  const clock = new VirtualClock(market.startAt ?? startAt ?? Date.UTC(2026, 7, 5, 9));
  const hash = createHash('sha256');
  const instruments = new Map<InstrumentName, Instrument>();
  const tickers = new Map<InstrumentName, Ticker>();
  const bookTimes = new Map<InstrumentName, number>();
  const indexes = new Map<Currency, number>();
  const volatility = new Map<Currency, number>();
  const counts = new Map<string, number>();
  const exchange = new Exchange({
    deposits: new Map([
      [currency('BTC'), 10 * E8],
      [currency('ETH'), 200 * E8],
    ]),
    onNotification: (...notice) => {
      const [kind, payload] = notice;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      if (hashed === true) hash.update(textOf(notice));
      if (kind === 'ticker') tickers.set(payload.instrument.name, payload);
      if (kind === 'book') bookTimes.set(payload.instrument.name, clock.now());
      if (kind === 'index') indexes.set(payload.underlying, payload.priceE8 / E8);
      if (kind === 'volatilityIndex') volatility.set(payload.underlying, payload.value);
      if (kind === 'instruments') {
        for (const instrument of payload.listed) instruments.set(instrument.name, instrument);
        for (const name of payload.gone) instruments.delete(name);
      }
    },
  });
  const drive = market.drive({ clock, exchange, ...(pace === undefined ? {} : { pace }) });
  const startedAt = clock.now();
  drive.start();
  return {
    market,
    clock,
    exchange,
    drive,
    startedAt,
    instruments,
    tickers,
    bookTimes,
    indexes,
    volatility,
    counts,
    digest: () => hash.copy().digest('hex'),
    run: (ms) => clock.runUntil(clock.now() + ms),
  };
}

/** What the market told in so much of its time. */
export function digestOf(options: StageOptions, ms: number): string {
  const stage = openStage({ ...options, hashed: true });
  stage.run(ms);
  return stage.digest();
}

/** The whole notice; an instrument by its name, which stands for all of it. */
function textOf([kind, payload]: Notice): string {
  if (!('instrument' in payload)) return JSON.stringify([kind, payload]);
  return JSON.stringify([kind, { ...payload, instrument: payload.instrument.name }]);
}

/** What a strategy would see of the stage. */
export function viewOf(
  stage: Stage,
  positions: ReadonlyMap<InstrumentName, number>,
  smiles: SmileMemory = createSmileMemory(),
): StrategyView {
  const quotes = new Map<InstrumentName, Quote>();
  for (const [name, instrument] of stage.instruments) {
    if (instrument.option !== null) quotes.set(name, quoteOf(stage, instrument));
  }
  return {
    now: monoMs(stage.clock.now()),
    mode: 'Active',
    quotes: quotes.values(),
    quote: (name) => quotes.get(name) ?? null,
    index: (coin) => stage.indexes.get(currency(coin)) ?? null,
    volatilityIndex: (coin) => {
      const percent = stage.volatility.get(currency(coin));
      return percent === undefined ? null : percent / 100;
    },
    smiles: openSmileDesk(smiles, {
      now: monoMs(stage.clock.now()),
      rules: {
        ...DEFAULT_PARAMETERS,
        butterflyEpsilon: 1e-6,
        calendarEpsilon: 0.15,
        gridSteps: 48,
      },
      keptMsMax: 300_000,
      depthUsd: () => null,
    }),
    positions: [...positions].map(([instrument, amount]) => ({ instrument, amount })),
    working: new Set(),
    feeUsd: (name, amount, price) => {
      const index = stage.indexes.get(currency(name.slice(0, 3)));
      return index === undefined ? null : Math.min(0.0003, 0.125 * price) * amount * index;
    },
  };
}

function quoteOf(stage: Stage, instrument: Instrument): Quote {
  const { name, tickE8, amountStepE8 } = instrument;
  const book = stage.exchange.bookSnapshot(name);
  const ticker = stage.tickers.get(name);
  const price = (ticks: number | undefined): number | null =>
    ticks === undefined ? null : (ticks * tickE8) / E8;
  const amount = (steps: number | undefined): number => ((steps ?? 0) * amountStepE8) / E8;
  return {
    instrument,
    bid: price(book?.bids[0]),
    bidAmount: amount(book?.bids[1]),
    ask: price(book?.asks[0]),
    askAmount: amount(book?.asks[1]),
    ageMs: stage.clock.now() - (stage.bookTimes.get(name) ?? 0),
    markPrice: ticker === undefined ? null : ticker.markPriceE8 / E8,
    underlyingPrice: ticker === undefined ? null : ticker.underlyingPriceE8 / E8,
    delta: ticker?.delta ?? null,
  };
}
