import { resolve } from 'node:path';
import { createPrng, type Prng } from '../prng.ts';
import { ChainModel } from './chain-model.ts';
import { type DriveOptions, type MarketDrive, ModelDrive } from './market-drive.ts';
import { openOptionChain } from './option-chain.ts';
import { type Regime, REGIMES } from './regime.ts';
import { RegimeModel } from './regime-model.ts';

/** A market that can be brought to an exchange, in real time or as fast as a clock is wound. */
export interface Market {
  readonly name: string;
  readonly data: 'recorded' | 'synthetic';
  /** What a reader of results must know about this market, in sentences. */
  readonly notes: readonly string[];
  /** Epoch ms at which its clock is to start; null: it begins whenever it is asked. */
  readonly startAt: number | null;
  /** Same seed and same clock, same bytes: every call is a fresh market from its beginning. */
  drive(options: DriveOptions): MarketDrive;
}

export type OpenedMarket =
  | { readonly ok: true; readonly market: Market }
  | { readonly ok: false; readonly faults: readonly string[] };

const CHAIN = 'chain:';

const DEPTH_NOTE =
  'Sizes, levels behind the best prices and public trades are made up from the seed; quotes are ' +
  'renewed every half second near the money within 60 days and every two seconds elsewhere.';

const CHAIN_NOTES: readonly string[] = [
  'At the instant of a snapshot its best quotes, marks, futures and indexes are told exactly as ' +
    'recorded. In between the index is a seeded Brownian bridge, futures keep an interpolated ' +
    'ratio to it, and marks, bids and asks an interpolated implied volatility against their ' +
    'future, to the nearest tick.',
  'A quote that only the earlier snapshot has stands, at its volatility, until the later; one ' +
    'that only the later has comes with it.',
  'About every 20 s one option of each coin is quoted off its recorded path, cheap for 25 to ' +
    '60 s by more than its fees and mostly rich afterwards: invented, because on the recorded ' +
    'quotes alone nothing is cheap after costs.',
  'Futures are those the rows name as underlying, with invented spreads; perpetuals are invented ' +
    'at the index. A synthetic underlying (SYN) is no future and is not listed.',
];

/**
 * Opens a market by its name: a regime (`calm`, also called `synthetic`, `trend`, `crash`,
 * `illiquid`, `gap`) or `chain:DIR`, a folder of recorded option chains, relative to `cwd`.
 */
export function openMarket(
  spec: string,
  options: { readonly seed: string; readonly cwd: string },
): OpenedMarket {
  const prng = createPrng(options.seed).fork('market');
  if (spec.startsWith(CHAIN)) {
    return openChain(spec, resolve(options.cwd, spec.slice(CHAIN.length)), prng);
  }
  const regime = REGIMES.get(spec === 'synthetic' ? 'calm' : spec);
  if (regime === undefined) {
    const known = [...REGIMES.keys(), 'synthetic', 'chain:DIR'].join(', ');
    return { ok: false, faults: [`market ${JSON.stringify(spec)}: unknown; known are ${known}`] };
  }
  return { ok: true, market: regimeMarket(spec, regime, prng) };
}

function regimeMarket(name: string, regime: Regime, prng: Prng): Market {
  return {
    name,
    data: 'synthetic',
    notes: [
      'Prices, volatilities and indexes are made up from a seed; none was ever traded.',
      `${regime.note[0]?.toUpperCase() ?? ''}${regime.note.slice(1)}.`,
      'All options of a coin are priced by Black-76 from one SSVI surface without static ' +
        'arbitrage, all futures from one curve; DVOL is the variance swap of the two expiries ' +
        'around 30 days.',
      mispricingNote(regime),
      DEPTH_NOTE,
    ],
    startAt: null,
    drive: (options) => new ModelDrive(new RegimeModel(regime, prng), prng.fork('drive'), options),
  };
}

function mispricingNote({ mispricedPairs, mispricingEveryMs }: Regime): string {
  const everyS = mispricingEveryMs / 1_000;
  if (everyS === 0) return 'No option is mispriced on purpose.';
  if (mispricedPairs) {
    return (
      `About every ${everyS} s two options of one expiry of each coin are quoted off the surface ` +
      'for 7 to 12 s by more than their fees, one cheap and one rich.'
    );
  }
  return (
    `About every ${everyS} s one option of each coin is quoted cheap against the surface for ` +
    '25 to 60 s, by more than its fees, and mostly rich afterwards.'
  );
}

function openChain(name: string, directory: string, prng: Prng): OpenedMarket {
  const opened = openOptionChain(directory);
  if (!opened.ok) {
    const faults = opened.faults.map(
      ({ file, line, column, fault }) => `${file}:${line}:${column}: ${fault}`,
    );
    return { ok: false, faults };
  }
  const { source, report } = opened;
  return {
    ok: true,
    market: {
      name,
      data: 'recorded',
      notes: [...source.notes, ...CHAIN_NOTES, DEPTH_NOTE],
      startAt: report.from,
      drive: (options) =>
        new ModelDrive(new ChainModel(source, report.from, prng), prng.fork('drive'), options),
    },
  };
}
