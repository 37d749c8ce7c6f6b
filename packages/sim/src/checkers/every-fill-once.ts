import { type Checker, demand } from './checker.ts';

/**
 * Every trade of ours at the venue is in the ledger once, and the positions are those of the venue.
 */
export function everyFillOnce(): Checker {
  const name = 'every-fill-once';
  return {
    name,
    onBoot: (_state, fold) => {
      demand(
        fold.repeatedTrades.length === 0,
        name,
        () => `twice: ${fold.repeatedTrades.join(' ')}`,
      );
    },
    atEnd: ({ fold, exchange, now }) => {
      demand(
        fold.repeatedTrades.length === 0,
        name,
        () => `twice: ${fold.repeatedTrades.join(' ')}`,
      );
      const theirs = tradeIds(exchange, now);
      const ours = [...fold.trades].toSorted();
      demand(
        JSON.stringify(ours) === JSON.stringify(theirs),
        name,
        () => `ledger ${ours.join(' ')}; venue ${theirs.join(' ')}`,
      );
    },
  };
}

type Exchange = Parameters<NonNullable<Checker['atEnd']>>[0]['exchange'];

function tradeIds(exchange: Exchange, now: number): readonly string[] {
  const ids: string[] = [];
  for (const currency of ['BTC', 'ETH', 'USDC']) {
    const method = 'private/get_user_trades_by_currency_and_time';
    const period = { currency, start_timestamp: 0, end_timestamp: now, count: 1_000 };
    const answer = exchange.handle(method, period, now);
    if (!answer.ok) throw new Error(answer.error.message);
    const { trades } = answer.result as {
      readonly trades: readonly { readonly trade_id: string }[];
    };
    ids.push(...trades.map((trade) => trade.trade_id));
  }
  return ids.toSorted();
}
