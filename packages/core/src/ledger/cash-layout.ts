import type { CashCause } from '../cash-event.ts';
import type { CashFault, RecordOfCash } from './cash-records.ts';
import { count, e8, id, list, nullable, oneOf, text } from './kind.ts';
import type { Layouts } from './layout.ts';

/** The records of the comparison with the venue's account (decision 0023). */
export const CASH_LAYOUTS: Pick<Layouts, RecordOfCash['type']> = {
  cashBegun: {
    at: ['recorded_ts', count()],
    currency: ['currency', id()],
    rowId: ['row_id', count()],
    rowAt: ['row_ts', count()],
    balanceE8: ['balance', e8()],
    halfSeen: ['half_seen', list(id())],
  },
  cashRecorded: {
    at: ['recorded_ts', count()],
    currency: ['currency', id()],
    rowId: ['row_id', count()],
    rowAt: ['row_ts', count()],
    cause: [
      'cause',
      oneOf<CashCause>({
        trade: true,
        settlement: true,
        delivery: true,
        transfer: true,
        other: true,
      }),
    ],
    instrument: ['instrument', nullable(id())],
    tradeId: ['trade_id', nullable(id())],
    changeE8: ['change', e8()],
    feeE8: ['fee', e8()],
    fundingE8: ['funding', e8()],
    balanceE8: ['balance', e8()],
    valueE8: ['value', e8()],
  },
  cashMismatched: {
    at: ['recorded_ts', count()],
    currency: ['currency', id()],
    rowId: ['row_id', count()],
    fault: [
      'fault',
      oneOf<CashFault>({
        balance: true,
        fee: true,
        change: true,
        unknown_trade: true,
        unexplained: true,
        row_missing: true,
      }),
    ],
    instrument: ['instrument', nullable(id())],
    tradeId: ['trade_id', nullable(id())],
    expectedE8: ['expected', e8()],
    toldE8: ['told', e8()],
  },
  cashAcknowledged: {
    at: ['recorded_ts', count()],
    currency: ['currency', id()],
    rowId: ['row_id', count()],
    operator: ['operator', text()],
    reason: ['reason', text()],
  },
};
