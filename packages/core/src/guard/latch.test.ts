import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baselineInputs } from './baseline.fixture.ts';
import { OPEN_PERMISSION_REASON_CODES } from './codes.ts';
import { clearLatch, createLatch, type Latch, setLatch, viewLatch } from './latch.ts';
import { resolveMode } from './resolve.ts';

const CLEAN = { ordersMatch: true, positionsMatch: true, tradesComplete: true };

function openLatch(): Latch {
  const latch = createLatch();
  clearLatch(latch, CLEAN, []);
  return latch;
}

const modeOf = (latch: Latch): string =>
  resolveMode(baselineInputs({ latchReasons: latch.reasons })).mode;

describe('open-permission latch', () => {
  it('AT-430 a fresh process is latched for its restart and asks for reconciliation', () => {
    const latch = createLatch();
    expect(viewLatch(latch)).toEqual({
      blocked: true,
      reasons: ['RESTART_RECONCILE_REQUIRED'],
      requiresReconcile: true,
    });
    expect(modeOf(latch)).toBe('ReduceOnly');
  });

  it('open means no reason and no reconciliation required', () => {
    const latch = openLatch();
    expect(viewLatch(latch)).toEqual({ blocked: false, reasons: [], requiresReconcile: false });
    expect(modeOf(latch)).toBe('Active');
  });

  it.each(OPEN_PERMISSION_REASON_CODES)('set by %s it requires reconciliation', (code) => {
    const latch = openLatch();
    expect(setLatch(latch, code)).toBe(true);
    expect(viewLatch(latch)).toEqual({ blocked: true, reasons: [code], requiresReconcile: true });
    expect(modeOf(latch)).toBe('ReduceOnly');
  });

  it('accumulates reasons in contract order, each once', () => {
    const latch = createLatch();
    setLatch(latch, 'SESSION_TERMINATION_RECONCILE_REQUIRED');
    setLatch(latch, 'WS_BOOK_GAP_RECONCILE_REQUIRED');
    expect(setLatch(latch, 'WS_BOOK_GAP_RECONCILE_REQUIRED')).toBe(false);
    expect(latch.reasons).toEqual([
      'RESTART_RECONCILE_REQUIRED',
      'WS_BOOK_GAP_RECONCILE_REQUIRED',
      'SESSION_TERMINATION_RECONCILE_REQUIRED',
    ]);
  });

  it.each(['ordersMatch', 'positionsMatch', 'tradesComplete'] as const)(
    'stays shut when %s is not proven',
    (part) => {
      const latch = createLatch();
      expect(clearLatch(latch, { ...CLEAN, [part]: false }, [])).toEqual([]);
      expect(latch.reasons).toEqual(['RESTART_RECONCILE_REQUIRED']);
    },
  );

  it('AT-011 a clean reconciliation opens it, and says what it cleared', () => {
    const latch = createLatch();
    setLatch(latch, 'WS_BOOK_GAP_RECONCILE_REQUIRED');
    expect(clearLatch(latch, CLEAN, [])).toEqual([
      'RESTART_RECONCILE_REQUIRED',
      'WS_BOOK_GAP_RECONCILE_REQUIRED',
    ]);
    expect(viewLatch(latch)).toEqual({ blocked: false, reasons: [], requiresReconcile: false });
    const stale = { latchReasons: latch.reasons, policyGeneratedAt: null };
    expect(resolveMode(baselineInputs(stale)).mode).toBe('ReduceOnly');
  });

  it('keeps what is still unresolved, also when it was not known before', () => {
    const latch = createLatch();
    setLatch(latch, 'WS_TRADES_GAP_RECONCILE_REQUIRED');
    const unresolved = [
      'WS_DATA_STALE_RECONCILE_REQUIRED',
      'WS_TRADES_GAP_RECONCILE_REQUIRED',
    ] as const;
    expect(clearLatch(latch, CLEAN, unresolved)).toEqual(['RESTART_RECONCILE_REQUIRED']);
    expect(latch.reasons).toEqual([
      'WS_TRADES_GAP_RECONCILE_REQUIRED',
      'WS_DATA_STALE_RECONCILE_REQUIRED',
    ]);
  });

  it('blocked, reasons and requires_reconcile never disagree', () => {
    const code = fc.constantFrom(...OPEN_PERMISSION_REASON_CODES);
    const act = fc.oneof(
      code.map((reason) => (latch: Latch) => setLatch(latch, reason)),
      fc
        .tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.array(code))
        .map(([ordersMatch, positionsMatch, tradesComplete, unresolved]) => (latch: Latch) => {
          const was = [...latch.reasons];
          clearLatch(latch, { ordersMatch, positionsMatch, tradesComplete }, unresolved);
          if (!(ordersMatch && positionsMatch && tradesComplete)) {
            expect(latch.reasons).toEqual(expect.arrayContaining(was));
          }
        }),
    );
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        const latch = createLatch();
        for (const run of acts) {
          run(latch);
          const view = viewLatch(latch);
          expect(view.blocked).toBe(view.reasons.length > 0);
          expect(view.requiresReconcile).toBe(view.blocked);
          expect(Object.isFrozen(view.reasons)).toBe(true);
        }
      }),
    );
  });
});
