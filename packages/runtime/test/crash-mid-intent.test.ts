/**
 * P1-G: real processes on the real file ledger, killed by SIGKILL between the proposal of an order
 * and the news of it, one after another on what the one before left behind.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apply, createFacts, type Facts } from '@holdfast/core/facts';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { label } from '@holdfast/core/values';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFileLedger, verifyLedger } from '../src/ledger/index.ts';
import { realClock } from './ledger-harness.ts';
import { type Placement, readJournal } from './paper-venue.ts';

/** In the order an order meets them. */
const POINTS = [
  'proposed',
  'admitted',
  'handed to the ledger',
  'while it is written',
  'durable',
  'about to be sent',
  'at the venue',
  'answered',
  'acknowledged',
] as const;
/** Ledgers that are crashed side by side, and how often each. */
const CHAINS = 4;
const KILLS_EACH = 6;
const CHILD = fileURLToPath(new URL('./crash-child.ts', import.meta.url));

interface Chain {
  readonly kills: string[];
  readonly placements: Placement[];
  readonly canceled: ReadonlySet<string>;
  readonly records: LedgerRecord[];
  readonly facts: Facts;
  readonly verified: ReturnType<typeof verifyLedger>;
  /** What the process that was left alive saw in the end. */
  readonly survivor: { readonly mode: string; readonly positions: readonly number[] };
}

let folder = '';
let chains: Chain[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-mid-intent-'));
  chains = await Promise.all(Array.from({ length: CHAINS }, (_, chain) => crashAndRecover(chain)));
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function crashAndRecover(chain: number): Promise<Chain> {
  const place = join(folder, String(chain));
  const kills: string[] = [];
  for (let life = 0; life < KILLS_EACH; life += 1) {
    const turn = chain * KILLS_EACH + life;
    const point = POINTS[turn % POINTS.length] ?? 'proposed';
    const { signal, errors } = await live(place, point, turn % 3 === 2 ? 'rests' : 'ioc');
    if (signal !== 'SIGKILL') throw new Error(`not killed at "${point}": ${errors}`);
    kills.push(point);
  }
  const last = await live(place, 'none', 'ioc');
  if (last.signal !== null) throw new Error(`the survivor died: ${last.errors}`);
  const records = await recordsOf(join(place, 'ledger'));
  const facts = createFacts();
  for (const record of records) apply(facts, record);
  const journal = readJournal(join(place, 'venue.jsonl'));
  return {
    kills,
    placements: journal.flatMap((line) => ('placed' in line ? [line.placed] : [])),
    canceled: new Set(journal.flatMap((line) => ('canceled' in line ? [line.canceled] : []))),
    records,
    facts,
    verified: verifyLedger(join(place, 'ledger')),
    survivor: JSON.parse(last.output),
  };
}

interface Life {
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

function live(place: string, point: string, kind: string): Promise<Life> {
  const child = spawn(process.execPath, [CHILD, place, point, kind]);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ signal: code === 0 ? null : (signal ?? 'SIGABRT'), output, errors });
    });
  });
}

async function recordsOf(ledgerFolder: string): Promise<LedgerRecord[]> {
  const records: LedgerRecord[] = [];
  const { ledger } = await openFileLedger({
    folder: ledgerFolder,
    post: () => undefined,
    clock: realClock,
    runId: 'reader',
    queueCapacity: 10,
    commitDeadlineMs: 1_000,
    segmentBytes: 65_536,
    onRecord: (record) => records.push(record),
  });
  await ledger.close();
  return records;
}

const placed = (): Placement[] => chains.flatMap(({ placements }) => placements);

describe('P1-G a crash in the middle of an intent', () => {
  it('is one at every point, twice at least, and never the end of a ledger', () => {
    const kills = chains.flatMap((chain) => chain.kills);
    expect(kills).toHaveLength(CHAINS * KILLS_EACH);
    expect(kills.length).toBeGreaterThanOrEqual(20);
    for (const point of POINTS) {
      expect(kills.filter((each) => each === point).length).toBeGreaterThanOrEqual(2);
    }
    for (const { verified } of chains) expect(verified).toMatchObject({ ok: true });
    expect(placed().length).toBeGreaterThan(5);
    expect(placed().some(({ rests }) => rests)).toBe(true);
  });

  it('P1-G test_crash_mid_intent_no_duplicate_dispatch: no order reaches the venue twice', () => {
    const labels = placed().map((each) => each.label);
    const duplicateDispatchCount = labels.length - new Set(labels).size;
    expect(duplicateDispatchCount).toBe(0);
    for (const { records, placements } of chains) {
      // One intent, one order at most: a group is one attempt.
      const intents = records.filter(({ type }) => type === 'intentRecorded');
      expect(placements.length).toBeLessThanOrEqual(intents.length);
    }
  });

  it('P1-G no ghost: every order at the venue is in the ledger, and ended there as it did', () => {
    for (const { placements, canceled, records, facts, survivor } of chains) {
      const marked = records.flatMap((each) => (each.type === 'orderSending' ? [each.label] : []));
      for (const order of placements) expect(marked).toContain(order.label);
      const anomalies = records.flatMap((e) => (e.type === 'anomalyRecorded' ? [e.anomaly] : []));
      expect(anomalies).not.toContain('ghost_order');
      expect(anomalies).not.toContain('fill_without_order');
      for (const order of placements) {
        const end = order.rests ? 'Canceled' : 'Filled';
        expect(facts.orders.get(label(order.label))?.state).toBe(end);
        if (order.rests) expect(canceled).toContain(order.id);
      }
      const atVenue = new Set(placements.map((order) => order.label));
      for (const order of facts.orders.values()) {
        if (!atVenue.has(order.terms.label)) expect(order.state).toBe('Failed');
      }
      expect(facts.working.size).toBe(0);
      const traded = placements.filter(({ rests }) => !rests).length;
      expect(survivor.positions).toEqual(traded === 0 ? [] : [traded * 10_000_000]);
      expect(facts.totals.fills).toBe(traded);
    }
  });

  it('P1-G no unsafe OPEN: every order left in Active, after its process had reconciled', () => {
    for (const { placements, records, survivor } of chains) {
      for (const order of placements) expect(order).toMatchObject({ mode: 'Active' });
      expect(survivor.mode).toBe('Active');
      let reconciled = false;
      for (const record of records) {
        if (record.type === 'sessionStarted') reconciled = false;
        if (record.type === 'latchCleared') reconciled = true;
        if (record.type === 'orderSending') expect(reconciled).toBe(true);
      }
    }
  });
});
