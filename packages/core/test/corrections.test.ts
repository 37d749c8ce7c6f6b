/** What a pass finds missing is written at the ledger's pace, once, and the next pass follows. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../src/event.ts';
import { mintReceipt } from '../src/ledger/receipt.ts';
import type { LedgerRecord } from '../src/ledger/record.ts';
import { amountE8, groupId, intentHash, label, wallMs } from '../src/values/index.ts';
import { Desk, T0, type Unstamped } from './desk.ts';

const CAPACITY = 8;
const ORDERS = 30;

const nameOf = (n: number) => label(`s4:abcdefgh:00000000${hex(n)}:0:000000000000${hex(n)}`);
const hex = (n: number): string => n.toString(16).padStart(4, '0');

/** Orders of an earlier process, marked as on their way; the venue knows none of them. */
function past(): readonly LedgerRecord[] {
  const first = new Desk().boot();
  first.propose();
  const [intent] = first.recordsOf('intentRecorded');
  if (intent === undefined) throw new Error('nothing was recorded');
  return Array.from({ length: ORDERS }, (_, n): LedgerRecord[] => [
    {
      ...intent,
      at: wallMs(T0),
      terms: {
        ...intent.terms,
        label: nameOf(n),
        intentHash: intentHash(`000000000000${hex(n)}`),
        groupId: groupId(`00000000-${hex(n)}-4000-8000-000000000000`),
      },
    },
    { type: 'orderSending', at: wallMs(T0), label: nameOf(n) },
  ]).flat();
}

/** A restart with a small ledger queue; `heard` gets the sizes of what came back. */
function restarted(heard: number[] = []): Desk {
  const desk = new Desk({
    past: past(),
    hears: (event: Unstamped<Event>) => {
      if (event.kind === 'recorded') heard.push(event.records.length);
      return event;
    },
  });
  desk.post({ kind: 'ledgerMeasured', depth: 0, capacity: CAPACITY });
  return desk;
}

describe('corrections of a reconciliation', () => {
  it('AT-123 more of them than the queue holds are written half a queue at a time', () => {
    const heard: number[] = [];
    const desk = restarted(heard).boot();
    expect(desk.mode).toBe('Active');
    expect(desk.recordsOf('orderClosed')).toHaveLength(ORDERS);
    expect(Math.max(...heard)).toBe(CAPACITY / 2);
    expect(desk.refusals).toEqual([]);
  });

  it('the next pass is asked for when the last of them is on the disk, without a tick', () => {
    const desk = restarted();
    desk.ledger = 'held';
    for (let round = 0; round < 3; round += 1) desk.tick();
    const asked = () => desk.fetches.filter(({ what }) => what === 'reconciliation').length;
    expect(asked()).toBe(1);
    expect(desk.recordsOf('orderClosed')).toHaveLength(0);
    desk.release();
    expect(desk.recordsOf('orderClosed')).toHaveLength(ORDERS);
    expect(asked()).toBe(2);
  });

  it('records made beside a pass are none of its corrections, whatever their type', () => {
    const desk = restarted();
    desk.ledger = 'held';
    for (let round = 0; round < 3; round += 1) desk.tick();
    const { correcting } = desk.state.observations.reconciliation;
    const waiting = correcting.length;
    expect(waiting).toBe(CAPACITY / 2);
    const at = wallMs(desk.now);
    const end = { type: 'orderClosed', at, outcome: 'Failed', venueCode: null } as const;
    const cause = 'proven_never_existed';
    const beside: readonly LedgerRecord[] = [
      { type: 'ledgerProbed', at },
      { ...end, cause, label: nameOf(0), source: 'feed' },
      { ...end, cause, label: nameOf(ORDERS), source: 'reconciliation' },
    ];
    for (const record of beside) {
      desk.post({ kind: 'recorded', records: [record], receipt: mintReceipt(1, 1, 1, new Set()) });
    }
    expect(correcting).toHaveLength(waiting);
    desk.release();
    expect(correcting).toEqual([]);
  });

  it('no other pass begins while they are being written', () => {
    const desk = restarted();
    desk.ledger = 'held';
    for (let round = 0; round < 60; round += 1) desk.tick();
    expect(desk.fetches.filter(({ what }) => what === 'reconciliation')).toHaveLength(1);
  });

  it('AT-906 a ledger that refuses them loses none: the next pass finds what is missing', () => {
    const desk = restarted();
    desk.ledger = 'queue_full';
    desk.tick();
    desk.ledger = 'instant';
    desk.boot();
    expect(desk.mode).toBe('Active');
    const closed = desk.recordsOf('orderClosed').map((record) => record.label);
    expect(closed).toHaveLength(ORDERS);
    expect(new Set(closed).size).toBe(ORDERS);
  });

  it('what the venue tells of an order while its correction waits is not written twice', () => {
    const desk = restarted();
    desk.ledger = 'held';
    for (let round = 0; round < 3; round += 1) desk.tick();
    desk.ledger = 'instant';
    const last = nameOf(ORDERS - 1);
    desk.post({
      kind: 'orderReported',
      label: last,
      venueOrderId: null,
      state: 'cancelled',
      filledE8: amountE8(0),
      venueCode: null,
      cause: 'canceled_by_venue',
      source: 'feed',
    });
    desk.release();
    const closed = desk.recordsOf('orderClosed').filter((record) => record.label === last);
    expect(closed).toHaveLength(1);
    expect(desk.recordsOf('orderClosed')).toHaveLength(ORDERS);
  });
});
