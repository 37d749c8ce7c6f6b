/**
 * Outside Active: nothing opens, what could open is taken back, and the way down stays free
 * (contract-1 sections 35 and 37).
 */
import { describe, expect, it } from 'vitest';
import { BTC, policyWith } from '../src/gates/context.fixture.ts';
import type { Label } from '../src/values/index.ts';
import { Desk } from './desk.ts';

const GTC = { timeInForce: 'good_til_cancelled' } as const;

/** Active, holding one lot, with the last order a second ago. */
function holding(desk = new Desk()): Desk {
  desk.boot();
  desk.propose();
  desk.fill(desk.submits[0], 'T1');
  desk.report(desk.submits[0], 'filled', 1);
  desk.tick(1_000);
  return desk;
}

/** Once the close before it has ended (contract-1 section 22). */
function proposeHedge(desk: Desk): void {
  const close = desk.submits.at(-1);
  if (close?.order.terms.intentClass === 'CLOSE') desk.report(close, 'cancelled');
  const hedge = { action: 'Hedge', reduceOnly: true } as const;
  desk.propose({ side: 'sell', quantity: 0.1, limitPrice: 0.0475 }, hedge);
}

function ticks(desk: Desk, count: number, ms = 100): void {
  for (let round = 0; round < count; round += 1) desk.tick(ms);
}

/** A step in time that the order rate limits allow, with every producer fresh again. */
function later(desk: Desk): void {
  desk.now += 1_000;
  desk.feed();
}

describe('the restart latch', () => {
  /** A new process over a position, a resting OPEN and a resting close; the venue says nothing. */
  function restarted(): { desk: Desk; open: Label; close: Label } {
    const before = holding();
    before.propose(GTC);
    const open = before.rest(before.submits[1]);
    before.tick(1_000);
    before.propose(
      { ...GTC, side: 'sell', quantity: 0.1, limitPrice: 0.06 },
      { action: 'Close', reduceOnly: true },
    );
    const close = before.rest(before.submits[2]);
    const desk = before.crash();
    desk.silent.add('reconciliation');
    return { desk, open, close };
  }

  it('AT-010 opens nothing, and closes, hedges and plain cancels go through', () => {
    const { desk, open } = restarted();
    desk.proposeCancel(open);
    expect(desk.cancels).toEqual([open]);
    ticks(desk, 3);
    expect(desk.state.observations.latch.reasons).toEqual(['RESTART_RECONCILE_REQUIRED']);
    desk.propose();
    expect(desk.refusals).toEqual(['OpenPermissionLatched']);
    desk.proposeClose(0.1);
    later(desk);
    proposeHedge(desk);
    expect(desk.submits.map(({ order }) => order.terms.intentClass)).toEqual(['CLOSE', 'HEDGE']);
  });

  it('AT-010 a cancel that bares the position and a replacement are refused', () => {
    const { desk, open, close } = restarted();
    ticks(desk, 3);
    const asked = [...desk.cancels];
    desk.proposeCancel(close);
    desk.propose({ ...GTC, quantity: 3 }, { target: open });
    expect(desk.refusals).toEqual(['RiskIncreasingCancelReplaceForbidden', 'ReplaceUnsupported']);
    expect(desk.cancels).toEqual(asked);
    expect(desk.submits).toEqual([]);
  });

  it('once it is open the OPEN goes', () => {
    const { desk } = restarted();
    desk.silent.clear();
    desk.boot();
    desk.propose();
    expect(desk.submits).toHaveLength(1);
  });
});

describe('the certificate and the evidence', () => {
  it.each([null, 'FAIL'] as const)(
    'AT-411 a certificate that is %s never touches the latch',
    (certificate) => {
      const desk = holding();
      desk.certificate = certificate;
      ticks(desk, 100);
      expect(desk.modeReasons).toContain('REDUCEONLY_F1_CERT_INVALID');
      expect(desk.state.observations.latch.reasons).toEqual([]);
      expect(desk.recordsOf('latchSet')).toEqual([]);
      desk.certificate = 'PASS';
      desk.silent.add('reconciliation');
      desk.tick();
      expect(desk.mode).toBe('Active');
    },
  );

  it('AT-411 evidence that is not green, where it counts, never touches the latch', () => {
    const desk = new Desk({ enforcedProfile: 'GOP' });
    ticks(desk, 100);
    expect(desk.modeReasons).toContain('REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN');
    expect(desk.state.observations.latch.reasons).toEqual([]);
    expect(desk.recordsOf('latchSet')).toEqual([]);
  });

  it('a lost session at the same time does set it', () => {
    const desk = holding();
    desk.certificate = null;
    desk.post({ kind: 'sessionChanged', connected: false });
    expect(desk.state.observations.latch.reasons).toEqual([
      'SESSION_TERMINATION_RECONCILE_REQUIRED',
    ]);
  });
});

describe('instrument metadata', () => {
  it('AT-279 over its time to live: Degraded and ReduceOnly with the next tick, closes go', () => {
    const desk = holding();
    desk.silent.add('instruments');
    const listedAt = desk.state.observations.metadataAt.get(BTC) ?? 0;
    desk.tick(listedAt + 3_599_000 - desk.now);
    ticks(desk, 2);
    desk.tick(listedAt + 3_600_000 - desk.now);
    expect(desk.now - listedAt).toBeLessThanOrEqual(3_600_001);
    expect(desk.mode).toBe('Active');
    desk.tick();
    expect(desk.modeReasons).toEqual(['REDUCEONLY_RISKSTATE_DEGRADED']);
    desk.propose();
    expect(desk.refusals).toEqual(['RiskStateNotHealthy']);
    desk.proposeClose(0.1);
    expect(desk.submits.at(-1)?.order.terms.intentClass).toBe('CLOSE');
    later(desk);
    proposeHedge(desk);
    expect(desk.submits.at(-1)?.order.terms.intentClass).toBe('HEDGE');
    desk.silent.clear();
    ticks(desk, 60);
    expect(desk.mode).toBe('Active');
  });
});

describe('margin use', () => {
  /** Holding one lot, with the account polled at this utilisation of its equity. */
  function at(utilisation: number): Desk {
    const desk = holding();
    desk.account.maintenanceE8 = 1_000_000_000 * utilisation;
    desk.tick(10_000);
    desk.tick();
    return desk;
  }

  it('AT-300 from 0.70 by default no OPEN, whatever the mode; closes and hedges go', () => {
    const desk = at(0.7);
    expect(desk.mode).toBe('Active');
    desk.propose();
    expect(desk.refusals).toEqual(['MarginHeadroomRejectOpens']);
    desk.proposeClose(0.1);
    later(desk);
    proposeHedge(desk);
    expect(desk.submits).toHaveLength(3);
  });

  it('AT-300 just below 0.70 the OPEN goes', () => {
    const desk = at(0.699_999);
    desk.propose();
    expect(desk.refusals).toEqual([]);
    expect(desk.submits).toHaveLength(2);
  });

  it.each([
    [0.9, 'ReduceOnly'],
    [0.95, 'Kill'],
  ])('AT-1049 at %s with exposure: %s, the close is dispatched and no OPEN is', (use, mode) => {
    const desk = at(use);
    expect(desk.mode).toBe(mode);
    desk.propose();
    expect(desk.refusals).toEqual(['TradingModeForbidsOpen']);
    desk.proposeClose(0.1);
    expect(desk.submits.at(-1)?.order.terms).toMatchObject({ reduceOnly: true, side: 'sell' });
    later(desk);
    proposeHedge(desk);
    const classes = desk.submits.map(({ order }) => order.terms.intentClass);
    expect(classes.slice(0, 2)).toEqual(['OPEN', 'CLOSE']);
    expect(classes.at(-1)).toBe('HEDGE');
    expect(desk.submits.slice(1).every(({ order }) => order.terms.reduceOnly)).toBe(true);
  });

  it('AT-1049 a Kill by the operator leaves the way down open as well', () => {
    const desk = holding();
    desk.post({ kind: 'operatorCommanded', command: 'kill', reason: 'drill', operator: 'ana' });
    desk.propose();
    desk.proposeClose(0.1);
    expect(desk.submits.map(({ order }) => order.terms.intentClass)).toEqual(['OPEN', 'CLOSE']);
  });
});

describe('orders that rest when the mode falls', () => {
  const policy = policyWith({ parameters: { cancelOpenBatchMax: 3 } });

  /** Seven OPENs and one reduce-only close at the venue, and then a stop. */
  function stopped(): { desk: Desk; opens: Label[]; close: Label } {
    const desk = holding(new Desk({ policy }));
    const opens = Array.from({ length: 7 }, () => {
      desk.propose({ ...GTC, quantity: 0.1 });
      const label = desk.rest(desk.submits.at(-1));
      desk.tick(1_000);
      return label;
    });
    desk.propose(
      { ...GTC, side: 'sell', quantity: 0.1, limitPrice: 0.06 },
      { action: 'Close', reduceOnly: true },
    );
    const close = desk.rest(desk.submits.at(-1));
    expect(desk.submits).toHaveLength(9);
    const stop = { command: 'reduce_only', reason: 'drill', operator: 'ana' } as const;
    desk.post({ kind: 'operatorCommanded', ...stop });
    return { desk, opens, close };
  }

  it('AT-1065 at most a batch a tick, oldest first, until none is left; none of them twice', () => {
    const { desk, opens } = stopped();
    expect(desk.cancels).toEqual([]);
    desk.tick();
    expect(desk.cancels).toEqual(opens.slice(0, 3));
    desk.tick();
    expect(desk.cancels).toEqual(opens.slice(0, 6));
    ticks(desk, 10);
    expect(desk.cancels).toEqual(opens);
    for (const label of opens) desk.canceled(label);
    ticks(desk, 200);
    expect(desk.cancels).toEqual(opens);
    expect([...desk.state.facts.working]).toHaveLength(1);
  });

  it('AT-1065 what is reduce-only is left to rest, and nothing new opens', () => {
    const { desk, close } = stopped();
    for (let round = 0; round < 100; round += 1) {
      desk.tick();
      desk.propose();
    }
    expect(desk.submits).toHaveLength(9);
    expect(desk.cancels).not.toContain(close);
    expect(desk.state.facts.working.has(close)).toBe(true);
  });

  it('AT-1065 an answer that does not come is not waited for longer than seconds', () => {
    const { desk, opens } = stopped();
    ticks(desk, 40);
    expect(desk.cancels).toEqual(opens);
    ticks(desk, 20);
    expect(desk.cancels).toEqual([...opens, ...opens]);
  });

  it('AT-1065 a cancel the venue refused is asked for again, not in the same breath', () => {
    const { desk, opens } = stopped();
    ticks(desk, 5);
    const [first] = opens;
    if (first === undefined) throw new Error('none rests');
    desk.failCancel(first, 10_041);
    ticks(desk, 9);
    expect(desk.cancels).toEqual(opens);
    ticks(desk, 3);
    expect(desk.cancels).toEqual([...opens, first]);
  });

  it('while Active nothing is taken back', () => {
    const desk = holding(new Desk({ policy }));
    desk.propose(GTC);
    desk.rest(desk.submits.at(-1));
    ticks(desk, 100);
    expect(desk.cancels).toEqual([]);
  });

  it('an order that stayed at home is not cancelled at the venue', () => {
    const desk = holding(new Desk({ policy }));
    desk.ledger = 'held';
    desk.propose(GTC);
    desk.certificate = null;
    desk.feed();
    desk.release('held');
    ticks(desk, 3);
    expect(desk.state.facts.working.size).toBe(1);
    expect(desk.cancels).toEqual([]);
    desk.release();
    expect(desk.recordsOf('orderAbandoned')).toHaveLength(1);
  });

  it.each(['acknowledged', 'never heard of again'])(
    'AT-1065 a process that starts takes back what an earlier one left: %s',
    (fate) => {
      const before = holding();
      before.propose(GTC);
      const label = before.submits[1]?.order.terms.label;
      if (fate === 'acknowledged') before.rest(before.submits[1]);
      const after = before.crash();
      after.silent.add('reconciliation');
      ticks(after, 3);
      expect(after.cancels).toEqual([label]);
    },
  );

  it('one 10028 in answer to a cancel is what it is anywhere', () => {
    const { desk, opens } = stopped();
    desk.tick();
    const [first] = opens;
    if (first === undefined) throw new Error('none rests');
    desk.failCancel(first, 10_028);
    expect(desk.state.observations.sessionKill.active).toBe(true);
    expect(desk.modeReasons).toContain('REDUCEONLY_SESSION_KILL_UNCONFIRMED');
  });
});
