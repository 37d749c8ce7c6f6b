import { coinE8, type Currency, E8 } from '@holdfast/core/values';
import type { State } from '@holdfast/core/step';
import { type Checker, demand, type WorldEnd } from './checker.ts';

/**
 * When all is quiet, every currency's account has been compared to its last row, and what the
 * ledger says of cash is what the exchange's own books say: each fill and leg once, each fee, each
 * delivery, and the funding that was paid.
 */
export function cashEqualsTheVenue(): Checker {
  const name = 'cash-equals-the-venue';
  return {
    name,
    atEnd: (end) => {
      const { facts } = end.state;
      for (const [currency, book] of facts.cashBooks) {
        const rows = rowsOf(end, currency);
        const last = rows[0];
        demand(book.mismatch === null, name, () => `${currency}: a mismatch at ${book.rowId}`);
        demand(book.begun !== null, name, () => `${currency} was never compared`);
        demand(
          book.rowId === (last?.id ?? 0) &&
            book.balanceE8 === Math.round((last?.balance ?? 0) * E8),
          name,
          () => `${currency}: agreed to row ${book.rowId} of ${last?.id ?? 0}`,
        );
        const awaited = [...book.awaited.keys()].join(' ');
        demand(awaited === '', name, () => `${currency}: no row for ${awaited}`);
        if (book.begun === null || rows.at(-1)?.balance !== book.begun.balanceE8 / E8) continue;
        const ours = book.begun.balanceE8 + earned(end.state, currency);
        const theirs = end.exchange.settledE8(currency);
        demand(ours === theirs, name, () => `${currency}: ledger ${ours}, exchange ${theirs}`);
      }
    },
  };
}

/** What trading has brought, by the ledger; open futures at what they cost. */
function earned({ facts }: State, currency: Currency): number {
  const total = facts.cash.get(currency);
  if (total === undefined) return 0;
  return coinE8(total.cashE8 - total.feesE8 + total.fundingE8);
}

interface Row {
  readonly id: number;
  readonly balance: number;
}

/** All of them, newest first. */
function rowsOf({ exchange, now }: WorldEnd, currency: Currency): readonly Row[] {
  const rows: Row[] = [];
  let continuation: number | null = null;
  do {
    const answer = exchange.handle(
      'private/get_transaction_log',
      {
        currency,
        start_timestamp: 0,
        end_timestamp: now,
        count: 250,
        ...(continuation === null ? {} : { continuation }),
      },
      now,
    );
    if (!answer.ok) throw new Error(answer.error.message);
    const page = answer.result as { logs: readonly Row[]; continuation: number | null };
    rows.push(...page.logs);
    ({ continuation } = page);
  } while (continuation !== null);
  return rows;
}
