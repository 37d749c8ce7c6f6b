/**
 * Closed trades of the branches of a strategy: the one source the monitor measures. A trade is one
 * structure of options from its first fill to its last, with everything it paid.
 */
import { closed, createParser, type Parser } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { dayAt, parseDay } from './calendar.ts';
import { daySchema, nameSchema } from './spelling.ts';

const money = { minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
const microUsd = Type.Integer(money);
const microUsdAboveNought = Type.Integer({ ...money, minimum: 1 });
const microUsdFromNought = Type.Integer({ ...money, minimum: 0 });

const TradeSchema = closed({
  trade_id: nameSchema,
  /** The decision it answers: the same for every branch that took it. */
  opportunity_id: nameSchema,
  /** Epoch ms of the first and the last fill. */
  opened_at: Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 }),
  closed_at: Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 }),
  /** Result before fees. */
  gross_micro_usd: microUsd,
  /** Everything paid to trade and to settle. */
  fees_micro_usd: microUsdFromNought,
  /** Premium paid, or margin held, at its highest: what the result is a return on. */
  capital_micro_usd: microUsdAboveNought,
  /** Value of what was traded, price by amount, over the fills of the way in and of the way out. */
  entry_value_micro_usd: microUsdFromNought,
  exit_value_micro_usd: microUsdFromNought,
});
export type ClosedTrade = Static<typeof TradeSchema>;

const BranchTradesSchema = closed({
  schema_version: Type.Literal('branch-trades.v1'),
  as_of: daySchema,
  /** First day of the window; every branch is measured over the same one. */
  from: daySchema,
  /** What each branch began the window with. */
  start_equity_micro_usd: microUsdAboveNought,
  candidate: Type.Array(TradeSchema),
  control: Type.Array(TradeSchema),
  reference: Type.Array(TradeSchema),
  /** Replays of the candidate, each with one parameter moved; null where none were made. */
  sensitivity: Type.Union([
    Type.Array(closed({ case: nameSchema, trades: Type.Array(TradeSchema) })),
    Type.Null(),
  ]),
});
export type BranchTrades = Static<typeof BranchTradesSchema>;
export const parseBranchTrades: Parser<BranchTrades> = createParser(BranchTradesSchema);

/** A trade told twice, or outside of the window, would be measured as if it counted. */
export function contradictionOfTrades(trades: BranchTrades): string | null {
  const from = parseDay(trades.from);
  const to = parseDay(trades.as_of);
  if (from === null || to === null || to < from) return 'the window is none';
  const { candidate, control, reference, sensitivity } = trades;
  const cases = sensitivity ?? [];
  if (new Set(cases.map((each) => each.case)).size < cases.length) return 'a case is told twice';
  for (const list of [candidate, control, reference, ...cases.map((each) => each.trades)]) {
    const ids = new Set<string>();
    const decisions = new Set<string>();
    for (const trade of list) {
      const { trade_id: id, opportunity_id: decision, opened_at: opened, closed_at: at } = trade;
      if (ids.has(id)) return `trade ${id} is told twice`;
      if (decisions.has(decision)) return `opportunity ${decision} was taken twice`;
      if (at < opened) return `trade ${id} ends before it begins`;
      if (dayAt(at) < from || dayAt(at) > to) return `trade ${id} was closed outside of the window`;
      ids.add(id);
      decisions.add(decision);
    }
  }
  return null;
}
