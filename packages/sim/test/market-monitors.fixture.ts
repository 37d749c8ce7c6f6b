import type { Event } from '@holdfast/core';
import type { Policy } from '@holdfast/core';
import type { MonitorFinding } from '@holdfast/core/guard';
import type { Instrument } from '@holdfast/core/instrument';
import { createState, type State, step } from '@holdfast/core/step';
import {
  type Currency,
  currency,
  E8,
  type InstrumentName,
  type MonoMs,
  monoMs,
  priceE8,
  runId,
  wallMs,
} from '@holdfast/core/values';
import { mintReceipt } from '@holdfast/core/ledger-receipt';
import type { Stage } from './market-stage.fixture.ts';

type Unstamped<E> = E extends Event ? Omit<E, 'at'> : never;

/** What the market monitors ask for, and what they see. */
export interface Look {
  readonly atMs: number;
  readonly cortex: string;
  readonly basis: string;
  readonly findings: readonly MonitorFinding[];
}

/** The core beside a market: it hears what its monitors look at, and nothing else. */
export class MarketWatch {
  readonly #stage: Stage;
  readonly #state: State;

  constructor(stage: Stage, policy: Policy) {
    this.#stage = stage;
    this.#state = createState({
      buildId: 'b',
      runtimeConfigHash: 'c',
      contractVersion: '5.2',
      runId: runId('r'),
      enforcedProfile: 'CSP',
      realMoney: false,
      needsSupervisor: false,
      settleMs: 0,
      tickIntervalMs: 100,
      reconcileIntervalMs: 1_000,
    });
    const generatedAt = this.#now;
    this.#post({ kind: 'policyOffered', policy, hash: 'p', generatedAt });
    const activated = {
      type: 'policyActivated',
      at: wallMs(generatedAt),
      policyId: policy.policyId,
      policyVersion: policy.policyVersion,
      policyHash: 'p',
    } as const;
    const receipt = mintReceipt(1, 1, 1, new Set());
    this.#post({ kind: 'recorded', records: [activated], receipt });
    for (const code of ['BTC', 'ETH']) {
      const instruments = [...stage.instruments.values()].filter(({ name }) => isOf(name, code));
      this.#post({
        kind: 'instrumentsListed',
        currency: currency(code),
        instruments,
        unsupported: [],
      });
    }
  }

  get #now(): MonoMs {
    return monoMs(this.#stage.clock.now());
  }

  /** Looks every `stepMs` for so long. */
  run(ms: number, stepMs = 1_000): readonly Look[] {
    const looks: Look[] = [];
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.#stage.run(stepMs);
      looks.push(this.#look());
    }
    return looks;
  }

  #look(): Look {
    const { indexes, instruments, tickers, volatility } = this.#stage;
    for (const [coin, index] of indexes) {
      this.#post({
        kind: 'indexChanged',
        underlying: coin,
        priceE8: priceE8(Math.round(index * E8)),
      });
      this.#tellReference(coin, instruments, tickers);
      const value = volatility.get(coin);
      if (value !== undefined)
        this.#post({ kind: 'volatilityIndexChanged', underlying: coin, value });
    }
    this.#post({ kind: 'ticked' });
    const { overrides, findings } = this.#state.observations.monitors;
    return {
      atMs: this.#stage.clock.now() - this.#stage.startedAt,
      cortex: overrides.cortex?.kind ?? 'unheard',
      basis: overrides.basis?.kind ?? 'unheard',
      findings: findings.filter(({ subject }) => subject !== null && subject !== 'venue'),
    };
  }

  #tellReference(
    coin: Currency,
    instruments: ReadonlyMap<InstrumentName, Instrument>,
    tickers: Stage['tickers'],
  ): void {
    for (const name of instruments.keys()) {
      if (!isOf(name, coin)) continue;
      const book = this.#stage.exchange.bookSnapshot(name);
      const ticker = tickers.get(name);
      if (book === null || ticker === undefined) continue;
      const { bids, asks } = book;
      const change = { changeId: this.#now, prevChangeId: null, bids, asks };
      this.#post({ kind: 'bookChanged', instrument: name, ...change });
      const markPriceE8 = priceE8(ticker.markPriceE8);
      const underlyingPriceE8 = priceE8(ticker.underlyingPriceE8);
      const greeks = { delta: null, vega: null, gamma: null, bestBidE8: null, bestAskE8: null };
      this.#post({
        kind: 'tickerChanged',
        instrument: name,
        markPriceE8,
        underlyingPriceE8,
        ...greeks,
      });
    }
  }

  #post(event: Unstamped<Event>): void {
    step(this.#state, { at: this.#now, ...event });
  }
}

const isOf = (name: InstrumentName, code: string): boolean => name === `${code}-PERPETUAL`;
