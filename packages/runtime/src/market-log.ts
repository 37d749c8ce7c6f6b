/**
 * What the market of each coin was, once a minute: what a decision is judged by afterwards, where
 * nobody keeps every book. No fact is folded from it.
 */
import { closed, createParser, parseText } from '@holdfast/core/parse';
import type { StrategyView } from '@holdfast/core/strategy';
import type { Currency, InstrumentName } from '@holdfast/core/values';
import { type Static, Type } from 'typebox';
import { LineFile } from './line-file.ts';

const measure = Type.Union([Type.Number(), Type.Null()]);
const coin = closed({
  /** USD per coin; null when it is not known, or too old to be. */
  index_usd: measure,
  /** DVOL, per square root of a year: 0.4 is 40 %. */
  volatility_index: measure,
  /** The future or perpetual the monitors look at; null where the policy names none. */
  reference: Type.Union([
    closed({
      instrument: Type.String(),
      mark_usd: measure,
      bid_usd: measure,
      ask_usd: measure,
      /** Of its book. */
      age_ms: measure,
    }),
    Type.Null(),
  ]),
});

const LineSchema = closed({
  run_id: Type.String(),
  /** From 1 in each run; a missing one is a minute nobody knows of. */
  sequence: Type.Integer({ minimum: 1 }),
  /** Epoch ms, by the clock of the market. */
  at: Type.Number(),
  coins: Type.Record(Type.String({ pattern: '^[A-Z]{2,8}$' }), coin, {
    additionalProperties: false,
  }),
});
export type MarketLine = Static<typeof LineSchema>;
export type MarketSample = MarketLine['coins'];
const parseLine = createParser(LineSchema);

/** What is known now. A market that is silent is null, and never what it was last. */
export function sampleMarket(
  view: Pick<StrategyView, 'index' | 'volatilityIndex' | 'quote'>,
  coins: readonly Currency[],
  references: ReadonlyMap<Currency, InstrumentName>,
): MarketSample {
  const entries = coins.map((name) => {
    const instrument = references.get(name);
    const quote = instrument === undefined ? null : view.quote(instrument);
    const reference =
      instrument === undefined
        ? null
        : {
            instrument,
            mark_usd: quote?.markPrice ?? null,
            bid_usd: quote?.bid ?? null,
            ask_usd: quote?.ask ?? null,
            age_ms: quote?.ageMs ?? null,
          };
    const index_usd = view.index(name);
    return [name, { index_usd, volatility_index: view.volatilityIndex(name), reference }] as const;
  });
  return Object.fromEntries(entries);
}

export interface MarketLog {
  write(sample: MarketSample, at: number): void;
  /** Minutes that found no room or no disk. */
  readonly dropped: number;
  readonly bytes: number;
  close(): Promise<void>;
}

/** An hour of a disk that stands still. */
const CAPACITY = 60;

/** Appends to `market.jsonl` of a run. Never blocks; a lost line is a missing number. */
export async function openMarketLog(path: string, runId: string): Promise<MarketLog> {
  const file = await LineFile.open(path, CAPACITY);
  let sequence = 0;
  let refused = 0;
  return {
    write(coins, at) {
      sequence += 1;
      const line: MarketLine = { run_id: runId, sequence, at, coins };
      if (!file.push(JSON.stringify(line))) refused += 1;
    },
    get dropped() {
      return refused + file.lost;
    },
    get bytes() {
      return file.bytes;
    },
    close: () => file.close(),
  };
}

/** A line, or null where it is none of ours; a number that is missing is the reader's to see. */
export async function* readMarketLog(
  lines: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<MarketLine | null, void> {
  for await (const text of lines) {
    if (text === '') continue;
    const parsed = parseText(text, parseLine);
    yield parsed.ok ? parsed.value : null;
  }
}
