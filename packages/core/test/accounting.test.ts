import { describe, expect, it } from 'vitest';
import type { CashAnswer, CashRow } from '../src/cash-event.ts';
import type { Fetch } from '../src/effect.ts';
import { coinE8, currency, wallMs } from '../src/values/index.ts';
import { agreeingCash, asksForCash } from './agreeing-cash.ts';
import { Desk, type DeskOptions, type Hears } from './desk.ts';

const BTC = currency('BTC');

/** What the venue's account says instead of what our records say. */
type Tells = (honest: readonly CashAnswer[]) => readonly CashAnswer[];

/** A desk whose venue tells of cash what `tells` makes of it. */
class CashDesk {
  readonly desk: Desk;
  tells: Tells = (honest) => honest;

  constructor(options: DeskOptions = {}) {
    const hears: Hears = (event) => {
      if (event.kind !== 'venueSnapshotObserved') return event;
      const { state } = this.desk;
      return asksForCash(state) ? { ...event, cash: this.tells(agreeingCash(state)) } : event;
    };
    this.desk = new Desk({ ...options, hears });
  }

  get passes(): Extract<Fetch, { what: 'reconciliation' }>[] {
    return this.desk.fetches.filter((each) => each.what === 'reconciliation');
  }

  get causes(): readonly string[] {
    return [...this.desk.state.observations.riskCauses.keys()].filter((cause) =>
      cause.startsWith('accounting'),
    );
  }

  wait(ms: number, step = 100): this {
    for (let passed = 0; passed < ms; passed += step) this.desk.tick(step);
    return this;
  }

  /** A trade of ours, told and on record. */
  trade(id: string): this {
    const { desk } = this;
    desk.propose();
    desk.fill(desk.submits.at(-1), id);
    return this;
  }

  acknowledge(rowId: number): string | null {
    const said = this.desk.decisions.length;
    this.desk.post({
      kind: 'cashAcknowledgeCommanded',
      currency: BTC,
      rowId,
      operator: 'ana',
      reason: 'looked into',
    });
    const refused = this.desk.decisions.slice(said).find(({ kind }) => kind === 'fault');
    return refused?.kind === 'fault' ? refused.subject : null;
  }
}

const changed =
  (change: (row: CashRow) => Partial<CashRow>): Tells =>
  (honest) =>
    honest.map((each) =>
      each.ok ? { ...each, rows: each.rows.map((row) => ({ ...row, ...change(row) })) } : each,
    );

const dearer = changed(({ feeE8, changeE8, balanceE8 }) => ({
  feeE8: coinE8(feeE8 + 100),
  changeE8: coinE8(changeE8 - 100),
  balanceE8: coinE8(balanceE8 - 100),
}));

/** Active, one trade compared, the next one told with another fee than the account tells. */
function parted(options: DeskOptions = {}): CashDesk {
  const cash = new CashDesk(options);
  cash.desk.boot();
  cash.trade('T1').wait(12_000);
  cash.tells = dearer;
  cash.trade('T2').wait(12_000);
  return cash;
}

describe('D-14 our cash against the venue’s account of it', () => {
  it('NON-TRIP: trades are adopted row by row, and nothing is asked for twice', () => {
    const cash = new CashDesk();
    cash.desk.boot();
    cash.trade('T1').trade('T2').wait(36_000);
    const { desk } = cash;
    expect([desk.mode, cash.causes]).toEqual(['Active', []]);
    expect(desk.recordsOf('cashRecorded').map(({ tradeId }) => tradeId)).toEqual(['T1', 'T2']);
    const last = desk.recordsOf('cashRecorded').at(-1);
    expect(cash.passes.findLast((each) => each.cash !== null)?.cash).toEqual([
      { currency: BTC, rowId: last?.rowId, rowAt: last?.rowAt },
    ]);
    expect(desk.recordsOf('cashMismatched')).toEqual([]);
  });

  it('what is judged and not on record yet is no fact, not even an empty book', () => {
    const cash = new CashDesk();
    const { desk } = cash;
    desk.boot();
    const books = (): readonly string[] => [...desk.state.facts.cashBooks.keys()];
    expect(books()).toEqual([BTC]);
    const ETH = currency('ETH');
    cash.tells = (honest) => [...honest, { currency: ETH, ok: true, rows: [] }];
    desk.ledger = 'held';
    for (let round = 0; round < 300 && desk.held.length === 0; round += 1) desk.tick(100);
    expect(desk.held.flat()).toContainEqual(
      expect.objectContaining({ type: 'cashBegun', currency: ETH }),
    );
    expect(books()).toEqual([BTC]);
    desk.release();
    expect(books()).toEqual([BTC, ETH]);
  });

  /** Five trades that the account did not tell of yet, and a ledger that takes two at once. */
  function owing(): CashDesk {
    const cash = new CashDesk();
    const { desk } = cash;
    desk.boot();
    cash.tells = (honest) => honest.map((each) => (each.ok ? { ...each, rows: [] } : each));
    for (const id of ['T1', 'T2', 'T3', 'T4', 'T5']) cash.trade(id).wait(300);
    desk.post({ kind: 'ledgerMeasured', depth: 0, capacity: 4 });
    cash.tells = (honest) => honest;
    return cash;
  }

  it('one answer is adopted whole, two rows at a time and in their order', () => {
    const cash = owing();
    const { desk } = cash;
    for (let round = 0; round < 300 && desk.recordsOf('cashRecorded').length === 0; round += 1) {
      desk.tick(100);
    }
    const rows = desk.recordsOf('cashRecorded').map(({ tradeId }) => tradeId);
    expect(rows).toEqual(['T1', 'T2', 'T3', 'T4', 'T5']);
    expect(desk.state.observations.accounting).toMatchObject({ standing: 'agreed', pending: 0 });
  });

  it('a row that the ledger refuses takes those after it along, and all are found again', () => {
    const cash = owing();
    const { desk } = cash;
    desk.ledger = 'held';
    for (let round = 0; round < 300 && desk.held.length === 0; round += 1) desk.tick(100);
    desk.settleOldest('queue_full');
    expect(desk.state.observations.accounting).toMatchObject({ standing: 'behind', pending: 0 });
    expect([desk.held, desk.recordsOf('cashRecorded')]).toEqual([[], []]);
    desk.ledger = 'instant';
    cash.wait(5_000);
    const rows = desk.recordsOf('cashRecorded').map(({ tradeId }) => tradeId);
    expect(rows).toEqual(['T1', 'T2', 'T3', 'T4', 'T5']);
    expect([desk.mode, cash.causes]).toEqual(['Active', []]);
  });

  it('asks for it no oftener than every five seconds while the two agree', () => {
    const cash = new CashDesk();
    cash.desk.boot();
    const before = cash.passes.filter((each) => each.cash !== null).length;
    cash.wait(20_000);
    const asked = cash.passes.filter((each) => each.cash !== null).length - before;
    expect(asked).toBeGreaterThanOrEqual(1);
    expect(asked).toBeLessThanOrEqual(4);
  });

  it('TRIP: another fee is ReduceOnly with its evidence on record, once', () => {
    const { desk, causes } = parted();
    expect([desk.mode, causes]).toEqual(['ReduceOnly', ['accounting_mismatch']]);
    expect(desk.recordsOf('cashMismatched')).toMatchObject([
      { currency: BTC, fault: 'fee', tradeId: 'T2' },
    ]);
    const [mismatch] = desk.recordsOf('cashMismatched');
    expect((mismatch?.toldE8 ?? 0) - (mismatch?.expectedE8 ?? 0)).toBe(100);
    expect(desk.decisions).toContainEqual(
      expect.objectContaining({ kind: 'cashMismatch', fault: 'fee', tradeId: 'T2' }),
    );
    const told = desk.decisions.findLast(({ kind }) => kind === 'reconciled');
    expect(told).toMatchObject({ clean: false, differences: [expect.stringContaining('fee')] });
  });

  it('D-11 holds whatever is told later, until that row is acknowledged', () => {
    const cash = parted();
    const { desk } = cash;
    cash.tells = (honest) => honest;
    cash.wait(10_000);
    expect([desk.mode, cash.causes]).toEqual(['ReduceOnly', ['accounting_mismatch']]);
    const [mismatch] = desk.recordsOf('cashMismatched');
    const rowId = mismatch?.rowId ?? -1;
    expect(cash.acknowledge(rowId + 1)).toContain('another_row');
    expect(desk.mode).toBe('ReduceOnly');
    expect(cash.acknowledge(rowId)).toBeNull();
    cash.wait(3_000);
    expect([desk.mode, cash.causes]).toEqual(['Active', []]);
    expect(desk.recordsOf('cashAcknowledged')).toMatchObject([{ rowId, operator: 'ana' }]);
    expect(cash.acknowledge(rowId)).toContain('no_mismatch');
  });

  it('D-11 adopts the acknowledged row as it was told, and goes on after it', () => {
    const cash = parted();
    const { desk } = cash;
    const rowId = desk.recordsOf('cashMismatched')[0]?.rowId ?? -1;
    cash.acknowledge(rowId);
    cash.wait(3_000);
    expect(desk.recordsOf('cashRecorded').at(-1)).toMatchObject({ rowId, tradeId: 'T2' });
    expect([desk.mode, cash.causes]).toEqual(['Active', []]);
  });

  it('D-11 holds through a restart', () => {
    const next = parted().desk.crash();
    expect([...next.state.observations.riskCauses.keys()]).toContain('accounting_mismatch');
    next.boot();
    expect(next.mode).toBe('ReduceOnly');
  });

  it('an acknowledgement counts when it is on record, and one that is refused never was', () => {
    const cash = parted();
    const { desk } = cash;
    const rowId = desk.recordsOf('cashMismatched')[0]?.rowId ?? -1;
    desk.ledger = 'held';
    cash.acknowledge(rowId);
    expect(cash.causes).toEqual(['accounting_mismatch']);
    desk.settleOldest('queue_full');
    desk.ledger = 'instant';
    cash.wait(3_000);
    expect(cash.causes).toEqual(['accounting_mismatch']);
    expect(cash.acknowledge(rowId)).toBeNull();
  });

  it('a mismatch whose record the ledger refuses holds, and is written when it can be', () => {
    const cash = new CashDesk();
    const { desk } = cash;
    desk.boot();
    cash.trade('T1');
    desk.ledger = 'held';
    cash.tells = dearer;
    for (let round = 0; round < 300 && cash.causes.length === 0; round += 1) desk.tick();
    expect(cash.causes).toEqual(['accounting_mismatch']);
    while (desk.held.length > 0) desk.settleOldest('queue_full');
    expect(cash.acknowledge(2)).toContain('not_recorded');
    desk.ledger = 'instant';
    cash.tells = (honest) => honest;
    cash.wait(5_000);
    expect(desk.recordsOf('cashMismatched')).toMatchObject([{ fault: 'fee' }]);
    expect(cash.causes).toEqual(['accounting_mismatch']);
  });
});

describe('D-14 an account that is not told is not equal', () => {
  const silent: Tells = (honest) =>
    honest.map(({ currency: code }) => ({ currency: code, ok: false, fault: 'timed_out' }));

  it('TRIP: nothing opens before the first answer', () => {
    const cash = new CashDesk();
    cash.tells = () => [{ currency: BTC, ok: false, fault: 'malformed_transactions' }];
    cash.desk.boot();
    expect(cash.desk.mode).toBe('ReduceOnly');
    expect(cash.desk.state.observations.reconciliation.lastCleanAt).toBeNull();
    cash.tells = (honest) => honest;
    cash.desk.boot();
    expect(cash.desk.mode).toBe('Active');
  });

  it('TRIP: sixty seconds without it stop what opens; an answer that agrees ends it', () => {
    const cash = new CashDesk();
    const { desk } = cash;
    desk.boot();
    cash.trade('T1').wait(12_000);
    cash.tells = silent;
    cash.wait(60_000);
    expect([desk.mode, cash.causes]).toEqual(['Active', []]);
    cash.wait(15_000);
    expect([desk.mode, cash.causes]).toEqual(['ReduceOnly', ['accounting_unread']]);
    cash.tells = (honest) => honest;
    cash.wait(4_000);
    expect([desk.mode, cash.causes]).toEqual(['Active', []]);
  });

  it('TRIP: a currency that is traded and left out of the answer is not told', () => {
    const cash = new CashDesk();
    cash.desk.boot();
    cash.trade('T1').wait(12_000);
    cash.tells = () => [];
    cash.wait(12_000);
    const told = cash.desk.decisions.findLast(({ kind }) => kind === 'reconciled');
    expect(told).toMatchObject({ clean: false, differences: ['cash BTC: not told'] });
  });

  it('NON-TRIP: a row told before its trade waits for it', () => {
    const cash = new CashDesk();
    const { desk } = cash;
    desk.boot();
    cash.trade('T1').wait(12_000);
    const early = (honest: readonly CashAnswer[]): readonly CashAnswer[] =>
      honest.map((each) => {
        const book = desk.state.facts.cashBooks.get(each.currency);
        if (!each.ok || book === undefined || book.awaited.size > 0) return each;
        const row = desk.recordsOf('cashRecorded').at(-1);
        if (row === undefined) return each;
        const { instrument, feeE8, fundingE8 } = row;
        const rest = { priceE8: null, changeE8: coinE8(-7), balanceE8: coinE8(book.balanceE8 - 7) };
        const about = { id: book.rowId + 1, at: wallMs(desk.now), cause: 'trade' as const };
        const row9: CashRow = {
          ...about,
          instrument,
          feeE8,
          fundingE8,
          ...rest,
          tradeId: 'T9' as never,
        };
        return { ...each, rows: [row9] };
      });
    cash.tells = early;
    cash.wait(30_000);
    expect([desk.mode, cash.causes]).toEqual(['Active', []]);
    // TRIP: but not for ever.
    cash.wait(45_000);
    expect(desk.recordsOf('cashMismatched')).toMatchObject([{ fault: 'unknown_trade' }]);
    expect(desk.mode).toBe('ReduceOnly');
  });
});
