import type { Quote } from '@holdfast/core/strategy';
import { cheapOption } from '../src/cheap-option.ts';
import { chainOf, NOW, viewOf } from '../test/synthetic-chain.fixture.ts';

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string;
  readonly pass: boolean;
}

const CONSULTS = 200;

/**
 * Milliseconds of one consult over 1,536 quotes in 16 expiries: nothing new, and every forward
 * moved.
 */
export async function run(): Promise<BenchResult[]> {
  const quotes = chain();
  const still = consults(() => quotes);
  const moved = consults((i) =>
    quotes.map((quote) => ({
      ...quote,
      underlyingPrice: (quote.underlyingPrice ?? NaN) * (1 + 1e-6 * i),
    })),
  );
  return [
    ...measured(`consult, ${quotes.length} quotes, nothing changed`, still),
    ...measured(`consult, ${quotes.length} quotes, every smile fitted again`, moved),
  ];
}

function chain(): readonly Quote[] {
  const quotes: Quote[] = [];
  for (const coin of ['BTC', 'ETH'] as const) {
    const step = coin === 'BTC' ? 1_000 : 40;
    const strikes = Array.from({ length: 48 }, (_, i) => (77 + i) * step);
    for (const daysLeft of [2, 3, 4, 9, 16, 23, 30, 44]) {
      quotes.push(...chainOf({ coin, daysLeft, strikes }));
    }
  }
  return quotes;
}

function consults(quotesAt: (i: number) => readonly Quote[]): number[] {
  const memory = cheapOption.remember();
  const times: number[] = [];
  for (let i = 0; i < CONSULTS + 50; i += 1) {
    const view = viewOf(quotesAt(i), { now: NOW + 500 * i });
    const from = performance.now();
    cheapOption.propose(memory, view);
    if (i >= 50) times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b);
}

function measured(name: string, times: readonly number[]): BenchResult[] {
  return [
    result(`${name}, median`, quantile(times, 0.5), 10),
    result(`${name}, p99`, quantile(times, 0.99), 25),
  ];
}

function result(name: string, ms: number, limit: number): BenchResult {
  return {
    name,
    value: Number(ms.toFixed(2)),
    unit: 'ms',
    target: `<= ${limit}`,
    pass: ms <= limit,
  };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.POSITIVE_INFINITY;
}
