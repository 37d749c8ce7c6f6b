import type { Event } from '@holdfast/core';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { coinE8 } from '@holdfast/core/values';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LedgerPlace, type TestLedger, until } from './ledger-harness.ts';
import {
  EVERY_RECORD,
  sampleAck,
  sampleFill,
  sampleIntent,
  sampleLabel,
  sampleSending,
} from './sample-records.ts';

type Recorded = Extract<Event, { kind: 'recorded' }>;
type Refused = Extract<Event, { kind: 'appendRefused' }>;

const recorded = ({ events }: TestLedger): Recorded[] =>
  events.filter((event): event is Recorded => event.kind === 'recorded');

const refused = ({ events }: TestLedger): Refused[] =>
  events.filter((event): event is Refused => event.kind === 'appendRefused');

/** What every ledger promises, whatever is under it. */
export function describeLedger(name: string, makePlace: () => LedgerPlace): void {
  describe(`${name} ledger`, () => {
    let place: LedgerPlace;

    beforeEach(() => {
      place = makePlace();
    });

    afterEach(() => place.remove());

    it('answers every batch, in order, with the receipt of its own records', async () => {
      const test = await place.open();
      const batches: LedgerRecord[][] = [
        [sampleIntent(1), sampleSending(1)],
        [sampleAck(1)],
        [sampleFill(1), sampleIntent(2), sampleSending(2), sampleIntent(3), sampleSending(3)],
      ];
      for (const batch of batches) test.ledger.append(batch);
      expect(test.events).toEqual([]);
      expect(test.ledger.telemetry().depth).toBe(8);
      await until(() => recorded(test).length === 3, 'three answers');
      expect(recorded(test).map(({ records }) => records)).toEqual(batches);
      const receipts = recorded(test).map(({ receipt }) => receipt);
      expect(receipts.map((r) => [r.epoch, r.firstSequence, r.lastSequence])).toEqual([
        [test.epoch, 1, 2],
        [test.epoch, 3, 3],
        [test.epoch, 4, 8],
      ]);
      expect(receipts.map(({ sending }) => [...sending])).toEqual([
        [sampleLabel(1)],
        [],
        [sampleLabel(2), sampleLabel(3)],
      ]);
      expect(test.ledger.telemetry()).toMatchObject({ depth: 0, records: 8 });
      await test.ledger.close();
    });

    it('gives every record back, whole and in order, to the next run', async () => {
      const first = await place.open();
      for (const record of EVERY_RECORD) first.ledger.append([record]);
      await first.ledger.close();
      const second = await place.open();
      expect(second.past).toEqual(EVERY_RECORD);
      expect(second.recovery).toMatchObject({ records: EVERY_RECORD.length, tornTail: null });
      expect(second.recovery.head).toMatch(/^[0-9a-f]{64}$/);
      expect(second.epoch).toBeGreaterThan(first.epoch);
      second.ledger.append([sampleAck(9)]);
      await second.ledger.close();
      expect(recorded(second)[0]?.receipt.firstSequence).toBe(EVERY_RECORD.length + 1);
      const third = await place.open();
      expect(third.past).toEqual([...EVERY_RECORD, sampleAck(9)]);
      await third.ledger.close();
    });

    it('goes on in new segments, and the next run reads across all of them', async () => {
      const test = await place.open({ segmentBytes: 4_096 });
      const records = Array.from({ length: 60 }, (_, n) => sampleFill(n));
      for (const record of records) test.ledger.append([record]);
      await test.ledger.close();
      expect(recorded(test)).toHaveLength(60);
      const again = await place.open({ segmentBytes: 8_192 });
      expect(again.past).toEqual(records);
      for (let n = 60; n < 90; n += 1) again.ledger.append([sampleFill(n)]);
      await again.ledger.close();
      const last = await place.open();
      expect(last.past).toHaveLength(90);
      await last.ledger.close();
    });

    it('puts everything of a turn, and everything that waits, into one write', async () => {
      const test = await place.open();
      test.ledger.append([sampleAck(0)]);
      await until(() => recorded(test).length === 1, 'a segment to write to');
      const before = test.writes();
      test.stall();
      test.ledger.append([sampleAck(1)]);
      test.ledger.append([sampleAck(2)]);
      await until(() => test.writes() === before + 1, 'the first write');
      for (let n = 3; n < 50; n += 1) test.ledger.append([sampleAck(n)]);
      test.resume();
      await until(() => recorded(test).length === 50, 'all answers');
      expect(test.writes()).toBe(before + 2);
      await test.ledger.close();
    });

    it('AT-906 a full queue refuses at once, counts, and takes records again', async () => {
      const test = await place.open({ queueCapacity: 8, reservedCapacity: 0 });
      test.stall();
      for (let n = 0; n < 8; n += 1) test.ledger.append([sampleIntent(n)]);
      expect(test.ledger.telemetry()).toMatchObject({ depth: 8, capacity: 8, enqueueFailures: 0 });
      test.ledger.append([sampleIntent(8)]);
      expect(refused(test)).toMatchObject([{ records: [sampleIntent(8)], cause: 'queue_full' }]);
      const { depth, enqueueFailures, writeErrors } = test.ledger.telemetry();
      expect({ depth, enqueueFailures, writeErrors }).toEqual({
        depth: 8,
        enqueueFailures: 1,
        writeErrors: 1,
      });
      for (let tick = 0; tick < 5; tick += 1) await new Promise((resolve) => setImmediate(resolve));
      expect(recorded(test)).toEqual([]);
      test.resume();
      await until(() => recorded(test).length === 8, 'the eight');
      test.ledger.append([sampleIntent(9)]);
      await until(() => recorded(test).length === 9, 'the ninth');
      expect(refused(test)).toHaveLength(1);
      await test.ledger.close();
    });

    it('keeps the last places of the queue for records that cannot add risk', async () => {
      const test = await place.open({ queueCapacity: 6, reservedCapacity: 2 });
      test.stall();
      for (let n = 0; n < 4; n += 1) test.ledger.append([sampleIntent(n)]);
      test.ledger.append([sampleIntent(4)]);
      expect(refused(test)).toMatchObject([{ cause: 'queue_full' }]);
      test.ledger.append([sampleIntent(5, true)]);
      test.ledger.append([sampleFill(0)]);
      expect(refused(test)).toHaveLength(1);
      expect(test.ledger.telemetry().depth).toBe(6);
      test.ledger.append([sampleFill(1)]);
      expect(refused(test)).toHaveLength(2);
      test.resume();
      await test.ledger.close();
      expect(recorded(test)).toHaveLength(6);
    });

    it('refuses a batch whole when only part of it would fit', async () => {
      const test = await place.open({ queueCapacity: 3, reservedCapacity: 0 });
      test.stall();
      test.ledger.append([sampleAck(1), sampleAck(2)]);
      test.ledger.append([sampleAck(3), sampleAck(4)]);
      expect(refused(test)).toMatchObject([{ records: [sampleAck(3), sampleAck(4)] }]);
      expect(test.ledger.telemetry().depth).toBe(2);
      test.resume();
      await test.ledger.close();
    });

    it('says that a commit is late, again while it lasts, and still delivers it', async () => {
      const test = await place.open({ commitDeadlineMs: 20 });
      test.stall();
      test.ledger.append([sampleIntent(1)]);
      const stalls = () => test.events.filter((event) => event.kind === 'ledgerStalled');
      await until(() => stalls().length >= 2, 'two warnings');
      for (const stall of stalls())
        expect(stall).toMatchObject({ waitedMs: expect.toSatisfy((ms) => ms >= 20) });
      expect(recorded(test)).toEqual([]);
      test.resume();
      await until(() => recorded(test).length === 1, 'the record');
      const before = stalls().length;
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(stalls()).toHaveLength(before);
      await test.ledger.close();
    });

    it('does not warn while commits are in time', async () => {
      const test = await place.open({ commitDeadlineMs: 2_000 });
      for (let n = 0; n < 20; n += 1) {
        test.ledger.append([sampleAck(n)]);
        await until(() => recorded(test).length === n + 1, 'an answer');
      }
      expect(test.events.filter(({ kind }) => kind === 'ledgerStalled')).toEqual([]);
      await test.ledger.close();
    });

    it('after a write error tries nothing again and refuses everything', async () => {
      const test = await place.open();
      test.ledger.append([sampleAck(1)]);
      await until(() => recorded(test).length === 1, 'a good write');
      test.stall();
      test.ledger.append([sampleIntent(2)]);
      await until(() => test.writes() === 2, 'the write in flight');
      test.ledger.append([sampleIntent(3)]);
      test.ledger.append([sampleIntent(4)]);
      test.fail();
      test.resume();
      await until(() => refused(test).length === 3, 'three refusals');
      expect(refused(test).map(({ records, cause }) => [records, cause])).toEqual([
        [[sampleIntent(2)], 'write_failed'],
        [[sampleIntent(3)], 'write_failed'],
        [[sampleIntent(4)], 'write_failed'],
      ]);
      expect(test.events).toContainEqual(
        expect.objectContaining({
          kind: 'faultObserved',
          fault: 'ledger_write_failed',
          subject: 'EIO',
        }),
      );
      test.ledger.append([sampleAck(5)]);
      expect(refused(test)[3]).toMatchObject({ cause: 'write_failed' });
      expect(test.writes()).toBe(2);
      expect(test.ledger.telemetry()).toMatchObject({ depth: 0, writeErrors: 1, records: 1 });
      await test.ledger.close();
      const again = await place.open();
      expect(again.past).toEqual([sampleAck(1)]);
      await again.ledger.close();
    });

    it('refuses a record it could not read again, alone, and says which field', async () => {
      const test = await place.open();
      const broken = { ...sampleIntent(1), deltaE8: coinE8(Number.NaN) };
      test.ledger.append([sampleAck(1), broken]);
      test.ledger.append([sampleAck(2)]);
      expect(refused(test)).toMatchObject([
        { records: [sampleAck(1), broken], cause: 'write_failed' },
      ]);
      expect(test.events[0]).toMatchObject({
        fault: 'ledger_record_unwritable',
        subject: 'intentRecorded.delta: out_of_range',
      });
      await until(() => recorded(test).length === 1, 'the good one');
      expect(recorded(test)[0]?.receipt.firstSequence).toBe(1);
      await test.ledger.close();
    });

    it('refuses a batch that no segment could hold', async () => {
      const test = await place.open({ segmentBytes: 4_096 });
      test.ledger.append(Array.from({ length: 10 }, (_, n) => sampleIntent(n)));
      expect(refused(test)).toMatchObject([{ cause: 'write_failed' }]);
      test.ledger.append([sampleIntent(1)]);
      await test.ledger.close();
      expect(recorded(test)).toHaveLength(1);
    });

    it('takes what a listener appends on hearing of a record', async () => {
      const test: TestLedger = await place.open({
        onEvent: (event) => {
          if (event.kind !== 'recorded' || event.receipt.lastSequence >= 20) return;
          test.ledger.append([sampleAck(event.receipt.lastSequence)]);
        },
      });
      test.ledger.append([sampleAck(0)]);
      await until(() => recorded(test).length === 20, 'a chain of twenty');
      expect(recorded(test).map(({ receipt }) => receipt.firstSequence)).toEqual(
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
      await test.ledger.close();
    });

    it('closes when everything accepted is answered, and takes nothing after', async () => {
      const test = await place.open();
      for (let n = 0; n < 100; n += 1) test.ledger.append([sampleAck(n)]);
      const closing = test.ledger.close();
      test.ledger.append([sampleAck(100)]);
      expect(refused(test)).toMatchObject([{ records: [sampleAck(100)], cause: 'closed' }]);
      await closing;
      expect(recorded(test)).toHaveLength(100);
      await test.ledger.close();
      test.ledger.append([sampleAck(101)]);
      expect(refused(test)).toHaveLength(2);
    });
  });
}
