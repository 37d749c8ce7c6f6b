import { MS_PER_YEAR } from '@holdfast/core/strategy';
import type { Instrument } from '@holdfast/core/instrument';
import { type Currency, currency, E8 } from '@holdfast/core/values';
import { ladderCeilE8, ladderFloorE8, priceAboveE8 } from '../exchange/tick-ladder.ts';
import type { Prng } from '../prng.ts';
import { inverseOption } from './inverse-option.ts';
import type { MarketRow, MarketSnapshot, MarketSource } from './market.ts';
import { listedExpiries } from './synthetic-calendar.ts';
import { priceOption, SMILE, surfaceVol } from './synthetic-surface.ts';

export interface SyntheticOptions {
  readonly prng: Prng;
  /** Epoch ms of the first snapshot. */
  readonly startMs: number;
  readonly snapshots: number;
  /** Time between snapshots. Default 20 s: with the player's window the market never pauses. */
  readonly everyMs?: number;
  /** Share of quotes without a bid beside those worth less than a tick. Default 0.04. */
  readonly oneSided?: number;
  /** Chance that a snapshot makes one option of a coin cheap or rich for a while. Default 0.1. */
  readonly mispricing?: number;
}

interface Coin {
  readonly code: Currency;
  readonly startUsd: number;
  readonly strikeStep: number;
  readonly walkVol: number;
}

const COINS: readonly Coin[] = [
  { code: currency('BTC'), startUsd: 65_000, strikeStep: 1_000, walkVol: 0.4 },
  { code: currency('ETH'), startUsd: 1_900, strikeStep: 50, walkVol: 0.55 },
];

const CARRY = 0.04;
const STRIKES_EACH_SIDE = 9;
const NOISE_VOL = 0.002;
const HALF_SPREAD_VOL = 0.008;
const MISPRICED_SNAPSHOTS_MAX = 12;
/** Closer to expiry the surface says nothing, and nobody quotes. */
const QUOTED_MS_MIN = 60_000;

/** A coin's state as its snapshots are made. */
interface Path {
  readonly coin: Coin;
  readonly prng: Prng;
  indexUsd: number;
  readonly strikes: Map<number, readonly Instrument[]>;
  /** Volatility added to an option's quotes, and for how many snapshots more. */
  readonly mispriced: Map<string, { readonly vol: number; left: number }>;
}

/**
 * A made-up market from one seed: random-walk indexes, one smile for all expiries, noise and a
 * spread on every quote, some without a bid. Now and then one option is quoted cheap or rich
 * against its smile.
 */
export function createSyntheticChain(options: SyntheticOptions): MarketSource {
  const everyMs = options.everyMs ?? 20_000;
  return {
    name: 'synthetic',
    data: 'synthetic',
    notes: ['prices, volatilities and indexes are made up from a seed; none was ever traded'],
    *snapshots() {
      const paths = COINS.map((coin) => openPath(coin, options.prng));
      for (let index = 0; index < options.snapshots; index += 1) {
        if (index > 0) for (const path of paths) walk(path, everyMs);
        yield snapshotOf(paths, options.startMs + index * everyMs, options);
      }
    },
  };
}

function openPath(coin: Coin, prng: Prng): Path {
  return {
    coin,
    prng: prng.fork(`synthetic-${coin.code}`),
    indexUsd: coin.startUsd,
    strikes: new Map(),
    mispriced: new Map(),
  };
}

function walk(path: Path, everyMs: number): void {
  const deviation = path.coin.walkVol * Math.sqrt(everyMs / MS_PER_YEAR);
  path.indexUsd *= Math.exp(deviation * path.prng.gaussian());
}

function snapshotOf(paths: readonly Path[], at: number, options: SyntheticOptions): MarketSnapshot {
  const indexes = new Map<Currency, number>();
  const rows: MarketRow[] = [];
  for (const path of paths) {
    indexes.set(path.coin.code, toCents(path.indexUsd));
    const instruments = listedExpiries(at)
      .filter((expiry) => expiry - at >= QUOTED_MS_MIN)
      .flatMap((expiry) => instrumentsOf(path, expiry));
    misprice(path, instruments, options.mispricing ?? 0.1);
    for (const instrument of instruments) {
      const row = quote(path, instrument, at, options.oneSided ?? 0.04);
      if (row !== null) rows.push(row);
    }
    for (const expiry of path.strikes.keys()) if (expiry <= at) path.strikes.delete(expiry);
  }
  return { at, indexes, rows };
}

/** Strikes are chosen when an expiry is first seen, and stay. */
function instrumentsOf(path: Path, expiryMs: number): readonly Instrument[] {
  const known = path.strikes.get(expiryMs);
  if (known !== undefined) return known;
  const { coin, indexUsd } = path;
  const centre = Math.round(indexUsd / coin.strikeStep);
  const instruments: Instrument[] = [];
  for (let offset = 0 - STRIKES_EACH_SIDE; offset <= STRIKES_EACH_SIDE; offset += 1) {
    const strike = (centre + offset) * coin.strikeStep;
    for (const type of ['call', 'put'] as const) {
      const option = inverseOption({ underlying: coin.code, type, strike, expiryMs });
      if (option !== null) instruments.push(option);
    }
  }
  path.strikes.set(expiryMs, instruments);
  return instruments;
}

function misprice(path: Path, instruments: readonly Instrument[], chance: number): void {
  const { prng, mispriced } = path;
  for (const [name, entry] of mispriced) {
    entry.left -= 1;
    if (entry.left <= 0) mispriced.delete(name);
  }
  if (instruments.length === 0 || !prng.chance(chance)) return;
  const size = 0.04 + 0.06 * prng.float();
  const vol = prng.chance(0.5) ? size : 0 - size;
  const left = prng.int(2, MISPRICED_SNAPSHOTS_MAX);
  mispriced.set(prng.pick(instruments).name, { vol, left });
}

function quote(path: Path, instrument: Instrument, at: number, oneSided: number): MarketRow | null {
  const { prng } = path;
  const { option, expiry } = instrument;
  // Drawn whether used or not, so that one quote's fate does not move the next one's numbers.
  const noise = prng.gaussian() * NOISE_VOL;
  const halfSpread = HALF_SPREAD_VOL * (0.75 + 0.5 * prng.float());
  const hasBid = !prng.chance(oneSided);
  if (option === null || expiry === null) return null;
  const strike = option.strikeE8 / E8;
  const years = (expiry - at) / MS_PER_YEAR;
  const forwardE8 = toCents(path.indexUsd * Math.exp(CARRY * years));
  const forward = forwardE8 / E8;
  const vol = surfaceVol(SMILE, strike, forward, years);
  const middle = vol + noise + (path.mispriced.get(instrument.name)?.vol ?? 0);
  const fair = priceOption(option.type, forward, strike, vol, years);
  const low = priceOption(option.type, forward, strike, middle - halfSpread, years);
  const high = priceOption(option.type, forward, strike, middle + halfSpread, years);
  if (fair === null || low === null || high === null) return null;
  const askE8 = ladderCeilE8(instrument, Math.max(1, Math.ceil(high.price * E8)));
  let bidE8 = ladderFloorE8(instrument, Math.floor(low.price * E8));
  if (!hasBid || bidE8 < 0) bidE8 = 0;
  const aboveBid = bidE8 < askE8 ? askE8 : priceAboveE8(instrument, bidE8);
  return {
    instrument,
    bidTicks: bidE8 === 0 ? null : bidE8 / instrument.tickE8,
    askTicks: aboveBid / instrument.tickE8,
    markE8: Math.max(1, Math.round(fair.price * E8)),
    underlyingE8: forwardE8,
    iv: vol,
    delta: fair.delta,
    vega: fair.vega,
  };
}

function toCents(usd: number): number {
  return Math.round(usd * 100) * (E8 / 100);
}
