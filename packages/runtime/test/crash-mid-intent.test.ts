/**
 * P1-G: real processes on the real file ledger, killed by SIGKILL between the proposal of an order
 * and the news of it, one after another on what the one before left behind.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { label } from '@holdfast/core/values';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chain, crashAndRecover, POINTS } from './crash-chain.ts';
import type { Placement } from './paper-venue.ts';

/** Ledgers that are crashed side by side, and how often each. */
const CHAINS = 4;
const KILLS_EACH = 6;

let folder = '';
let chains: Chain[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-mid-intent-'));
  chains = await Promise.all(
    Array.from({ length: CHAINS }, (_, chain) =>
      crashAndRecover(join(folder, String(chain)), chain, KILLS_EACH),
    ),
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

  it('D-28 what every killed process kept of itself is decided again as it was', () => {
    for (const { kills, replays } of chains) {
      expect(replays).toHaveLength(kills.length + 1);
      for (const { verdict, difference, doubt, finish, events } of replays.slice(0, -1)) {
        // The write that makes a record durable may be ahead of the one that keeps its turn.
        expect([verdict, difference, doubt?.code ?? null]).toEqual(
          verdict === 'equal' ? ['equal', null, null] : ['unknown', null, 'tape_short'],
        );
        expect(finish?.end).toBeNull();
        expect(events).toBeGreaterThan(0);
      }
      expect(replays.at(-1)).toMatchObject({ verdict: 'equal', finish: { gap: null } });
    }
    const all = chains.flatMap(({ replays }) => replays);
    expect(all.filter(({ verdict }) => verdict === 'equal').length).toBeGreaterThan(all.length / 2);
  });
});
