/** Records of reductions that left when something was missing: they are still records. */
import { expect, it } from 'vitest';
import { BTC_CALL } from '../src/gates/context.fixture.ts';
import { encodeRecord } from '../src/ledger/codec.ts';
import { venueOrderId } from '../src/values/index.ts';
import { Desk } from './desk.ts';

function withPosition(): Desk {
  const desk = new Desk().boot();
  desk.propose();
  desk.fill(desk.submits[0], 'T1');
  desk.report(desk.submits[0], 'filled', 1);
  desk.tick(1_000);
  return desk;
}

it('a close that leaves while no policy is known has a record that can be written', () => {
  const before = withPosition();
  const desk = before.crash({ hears: (event) => (event.kind === 'policyOffered' ? null : event) });
  for (let round = 0; round < 20; round += 1) desk.tick(500);
  desk.proposeClose();
  expect(desk.submits).toHaveLength(1);
  const [intent] = desk.recordsOf('intentRecorded').slice(-1);
  expect(intent?.terms.reduceOnly).toBe(true);
  expect(intent?.context.policyHash).toBeNull();
  if (intent === undefined) return;
  expect(encodeRecord(intent, new Uint8Array(4_096), 0)).toBeGreaterThan(0);
});

it('a fill that is heard before the record of its waived order belongs to that order', () => {
  const desk = withPosition();
  desk.ledger = 'held';
  desk.proposeClose();
  expect(desk.submits).toHaveLength(1);
  desk.post({ kind: 'ledgerStalled', waitedMs: 250 });
  const close = desk.submits[1];
  if (close === undefined) throw new Error('nothing left on a waiver');
  const told = { ...desk.fillOf(close, 'T2'), venueOrderId: venueOrderId('V2') };
  desk.post({ kind: 'fillObserved', fill: told, source: 'feed' });
  if (desk.venue !== null) Object.assign(desk.venue, { trades: [told], positions: [] });
  desk.release();
  const [fill] = desk.recordsOf('fillRecorded').slice(-1);
  const label = close.order.terms.label;
  expect(fill).toMatchObject({ tradeId: 'T2', label, strategyId: close.order.terms.strategyId });
  expect(desk.state.facts.orders.get(label)?.state).toBe('Filled');
  expect(desk.state.facts.positions.has(BTC_CALL.name)).toBe(false);
  expect(desk.recordsOf('anomalyRecorded')).not.toContainEqual(
    expect.objectContaining({ anomaly: 'fill_without_order' }),
  );
  for (let round = 0; round < 100; round += 1) desk.tick();
  expect(desk.recordsOf('orderClosed').filter((each) => each.label === label)).toEqual([]);
});
