/** What the core says, on its way through the real decision log of a whole runtime. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decision, LedgerRecord } from '@holdfast/core';
import { monoMs } from '@holdfast/core/values';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClock } from '../src/clock.ts';
import { type DecisionLog, openDecisionLog, readDecisionLog } from '../src/decision-log.ts';
import { openFileLedger } from '../src/ledger/index.ts';
import { until } from './ledger-harness.ts';
import { startTrader, type Trader } from './trader-fixture.ts';

const ADMITTED = '9f1c2d3e-4b5a-4c6d-8e7f-000000000001';
const REFUSED = '9f1c2d3e-4b5a-4c6d-8e7f-000000000002';
const RUN = 'run-7';
const CAPACITY = 8;

let folder = '';
let trader: Trader;
let log: DecisionLog;
let records: LedgerRecord[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-trail-'));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await trader.stop();
  await log.close();
  rmSync(folder, { recursive: true, force: true });
});

async function begin(capacity: number): Promise<void> {
  log = await openDecisionLog({ path: join(folder, 'decisions.jsonl'), runId: RUN, capacity });
  records = [];
  trader = await startTrader({
    runId: RUN,
    journal: null,
    openLedger: (post, onRecord) =>
      openFileLedger({
        folder: join(folder, 'ledger'),
        post,
        clock: createClock(),
        runId: RUN,
        queueCapacity: 1_000,
        commitDeadlineMs: 5_000,
        segmentBytes: 65_536,
        onRecord,
      }),
    telemetry: {
      report: (decision, at) => log.report(decision, at),
      backlog: () => log.telemetry(),
    },
    onEvent: (event) => {
      if (event.kind === 'recorded') records.push(...event.records);
    },
  });
  await until(() => trader.isReady(), 'a market to trade in');
}

interface Line {
  readonly runId: string;
  readonly decision: Decision;
}

async function lines(): Promise<Line[]> {
  const found: Line[] = [];
  const text = readFileSync(join(folder, 'decisions.jsonl'), 'utf8');
  for await (const entry of readDecisionLog(text.split('\n'))) {
    if (entry.kind === 'decision') found.push(entry);
  }
  return found;
}

describe('P1-D one intent, one name, in everything that is written about it', () => {
  beforeEach(() => begin(1_000));

  const about = (all: readonly Line[], group: string): Line[] =>
    all.filter(({ decision }) => 'intentId' in decision && decision.intentId === `${group}:0`);

  it('P1-D test_intent_id_propagates_through_rejected_pipeline: with run and reason', async () => {
    trader.propose(REFUSED, { quantity: 0.01 });
    await until(() => log.telemetry().depth === 0, 'the log to be written');
    expect(about(await lines(), REFUSED)).toMatchObject([
      {
        runId: RUN,
        decision: {
          kind: 'intentRejected',
          groupId: REFUSED,
          strategyId: 'drill',
          reject: { code: 'TooSmallAfterQuantization' },
        },
      },
    ]);
    expect(JSON.stringify(records)).not.toContain(REFUSED);
  });

  it('P1-D test_intent_id_propagates_through_approved_pipeline: from gates to fill', async () => {
    trader.propose(ADMITTED);
    const heard = (type: LedgerRecord['type']): boolean =>
      records.some((record) => record.type === type);
    await until(() => heard('fillRecorded') && log.telemetry().depth === 0, 'the fill');
    const [admitted, ...others] = about(await lines(), ADMITTED);
    expect(others).toEqual([]);
    expect(admitted).toMatchObject({ runId: RUN, decision: { kind: 'intentAdmitted' } });
    const { decision } = admitted ?? { decision: null };
    if (decision?.kind !== 'intentAdmitted') throw new Error('nothing was admitted');
    const { label } = decision;
    expect(records.find(({ type }) => type === 'intentRecorded')).toMatchObject({
      terms: { groupId: ADMITTED, legIndex: 0, label },
    });
    for (const type of ['orderSending', 'fillRecorded', 'orderAcked'] as const) {
      expect(records.find((record) => record.type === type)).toMatchObject({ label });
    }
    expect(trader.venue.placements).toMatchObject([{ label }]);
    // The ledger names the run as well, so that a line and a record can be joined.
    expect(records.find(({ type }) => type === 'sessionStarted')).toMatchObject({ runId: RUN });
  });
});

describe('the decision log cannot keep up', () => {
  /** Writes are accepted and not done until they are let go. */
  async function holdDisk(): Promise<() => void> {
    const path = join(folder, 'any');
    const handle: FileHandle = await open(path, 'a');
    const prototype: FileHandle = Object.getPrototypeOf(handle);
    await handle.close();
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    vi.spyOn(prototype, 'appendFile').mockImplementation(async function (
      this: FileHandle,
      ...given: Parameters<FileHandle['appendFile']>
    ) {
      await held;
      await this.writeFile(...given);
    });
    return letGo;
  }

  it('AT-925 full: it grows no further, the loop goes on, OPEN waits for room', async () => {
    await begin(CAPACITY);
    const letGo = await holdDisk();
    const { observations } = trader.runtime.state;
    const flood = (): void => {
      for (let count = 0; count < 100; count += 1) {
        const at = monoMs(observations.now);
        trader.runtime.post({ kind: 'faultObserved', at, fault: 'drill', subject: String(count) });
        expect(log.telemetry().depth).toBeLessThanOrEqual(CAPACITY);
      }
    };
    flood();
    expect(log.telemetry()).toMatchObject({ depth: CAPACITY, capacity: CAPACITY });
    expect(log.telemetry().dropped).toBeGreaterThan(0);
    await until(() => trader.mode() === 'ReduceOnly', 'ReduceOnly');
    expect([...observations.riskCauses.keys()]).toEqual(['output_queue_full']);
    const ticked = observations.tickAt ?? 0;
    await until(() => (observations.tickAt ?? 0) > ticked + 200, 'the loop to tick on');
    expect(trader.mode()).toBe('ReduceOnly');
    trader.propose(REFUSED);
    expect(JSON.stringify(records)).not.toContain(REFUSED);
    expect(trader.venue.placements).toEqual([]);
    letGo();
    await until(() => trader.mode() === 'Active', 'room in the queue');
    expect(log.telemetry().depth).toBeLessThan(CAPACITY);
    trader.propose(ADMITTED);
    await until(() => trader.venue.placements.length === 1, 'the order');
  });

  it('one place short of full is room enough', async () => {
    await begin(CAPACITY);
    const letGo = await holdDisk();
    const { observations } = trader.runtime.state;
    const room = CAPACITY - 1 - log.telemetry().depth;
    for (let count = 0; count < room; count += 1) {
      const at = monoMs(observations.now);
      trader.runtime.post({ kind: 'faultObserved', at, fault: 'drill', subject: null });
    }
    expect(log.telemetry()).toMatchObject({ depth: CAPACITY - 1, dropped: 0 });
    const ticked = observations.tickAt ?? 0;
    await until(() => (observations.tickAt ?? 0) > ticked + 50, 'some ticks');
    expect(trader.mode()).toBe('Active');
    letGo();
  });
});
