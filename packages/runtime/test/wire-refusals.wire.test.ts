/** Refusals of a whole engine over a real WebSocket, told apart and traced one by one. */
import { beforeAll, describe, expect, it } from 'vitest';
import { refuseOverWire, type Refusals, type Told } from './wire-refusals.ts';

let seen: Refusals;
let refused: readonly Told[] = [];

beforeAll(async () => {
  seen = await refuseOverWire();
  refused = seen.told.filter(({ expected }) => expected !== 'admitted');
});

/** Series that moved, and by how much. */
function moved({ metrics_before: before, metrics_after: after }: Told): Record<string, number> {
  const names = Object.keys(after).filter((name) => after[name] !== (before[name] ?? 0));
  return Object.fromEntries(names.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]));
}

describe('refusals over the wire', () => {
  it('P1-D test_intent_id_propagates_to_logs_and_metrics: one line, with its run', () => {
    expect(refused.length).toBeGreaterThan(10);
    for (const { expected, lines } of refused) {
      expect(lines).toMatchObject([
        { runId: seen.run_id, decision: { kind: 'intentRejected', reject: { code: expected } } },
      ]);
      expect(lines[0]?.decision).toHaveProperty('gateTrace');
    }
  });

  it('P1-D test_metrics_attributable_to_intent: each moves its own series, of its run', () => {
    expect(seen.metrics_run_ids).toEqual([seen.run_id]);
    for (const told of refused) {
      expect(moved(told)).toEqual({
        intents_proposed_total: 1,
        'decisions_total{kind="intentRejected"}': 1,
        [`intents_rejected_total{code="${told.expected}"}`]: 1,
      });
    }
  });

  it('P1-C not a byte of the ledger, no order, no position, here or at the exchange', () => {
    for (const { expected, before, after } of refused) {
      expect([expected, after]).toEqual([expected, before]);
    }
  });

  it('the one that was admitted moved all of them', () => {
    const [admitted] = seen.told;
    if (admitted === undefined) throw new Error('nothing was proposed');
    const { before, after } = admitted;
    expect(moved(admitted)).toEqual({
      intents_proposed_total: 1,
      orders_sending_total: 1,
      'decisions_total{kind="intentAdmitted"}': 1,
    });
    expect(after.ledger_sha256).not.toBe(before.ledger_sha256);
    expect(after.ledger_records).toBeGreaterThan(before.ledger_records);
    expect(after.orders_at_exchange).toBe(before.orders_at_exchange + 1);
    expect(after.positions).toHaveLength(1);
  });
});
