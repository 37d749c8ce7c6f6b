import { describe, expect, it } from 'vitest';
import { wallMs } from '../src/values/index.ts';
import { Desk } from './desk.ts';

const HOUR_MS = 3_600_000;

function attest(desk: Desk, ms = HOUR_MS, statement = 'b'.repeat(64)): void {
  const until = wallMs(desk.now + ms);
  desk.post({ kind: 'presenceAttested', person: 'ana', until, statement });
}

/** Boots where somebody must watch, without anybody doing so. */
function alone(): Desk {
  const desk = new Desk({ needsSupervisor: true });
  for (let round = 0; round < 40; round += 1) desk.tick();
  return desk;
}

describe('the presence of a supervisor', () => {
  it('TRIP: where somebody must watch and nobody does, nothing opens', () => {
    const desk = alone();
    expect([desk.mode, desk.modeReasons]).toEqual([
      'ReduceOnly',
      ['REDUCEONLY_RISKSTATE_DEGRADED'],
    ]);
    expect([...desk.state.observations.riskCauses.keys()]).toEqual(['supervisor_absent']);
    desk.propose();
    expect([desk.refusals, desk.submits]).toEqual([['RiskStateNotHealthy'], []]);
  });

  it('NON-TRIP: with a statement on record OPEN goes out; elsewhere nobody has to watch', () => {
    const desk = alone();
    attest(desk);
    expect(desk.mode).toBe('Active');
    desk.propose();
    expect(desk.submits).toHaveLength(1);
    expect(desk.recordsOf('presenceRecorded')).toMatchObject([
      { person: 'ana', until: desk.now + HOUR_MS },
    ]);
    expect(new Desk().boot().mode).toBe('Active');
  });

  it('ends to the millisecond, without a tick', () => {
    const desk = alone();
    attest(desk, 5_000);
    desk.now += 4_999;
    desk.feed();
    desk.propose();
    expect(desk.submits).toHaveLength(1);
    desk.now += 1;
    desk.propose();
    expect(desk.submits).toHaveLength(1);
    expect(desk.mode).toBe('ReduceOnly');
  });

  it('stops what was admitted before it ended and recorded after', () => {
    const desk = alone();
    attest(desk, 5_000);
    desk.now += 4_999;
    desk.feed();
    desk.ledger = 'held';
    desk.propose();
    desk.now += 1;
    desk.release();
    expect(desk.submits).toEqual([]);
    expect(desk.recordsOf('orderAbandoned')).toMatchObject([
      { cause: 'mode_fell_before_dispatch' },
    ]);
  });

  it('waits for its record, and never was where that was refused', () => {
    const desk = alone();
    desk.ledger = 'held';
    attest(desk);
    expect(desk.mode).toBe('ReduceOnly');
    desk.release();
    expect(desk.mode).toBe('Active');
    const refused = alone();
    refused.ledger = 'queue_full';
    attest(refused);
    refused.ledger = 'instant';
    for (let round = 0; round < 40; round += 1) refused.tick();
    expect([...refused.state.observations.riskCauses.keys()]).toEqual(['supervisor_absent']);
  });

  it('is of one process: the next one begins alone', () => {
    const desk = alone();
    attest(desk);
    const next = desk.crash({ needsSupervisor: true });
    for (let round = 0; round < 40; round += 1) next.tick();
    expect([...next.state.observations.riskCauses.keys()]).toEqual(['supervisor_absent']);
  });

  it('is given up early by a word, also while its record is on its way', () => {
    const desk = alone();
    attest(desk);
    desk.post({ kind: 'presenceEnded', operator: 'ana' });
    expect(desk.mode).toBe('ReduceOnly');
    desk.ledger = 'held';
    attest(desk, HOUR_MS, 'c'.repeat(64));
    desk.post({ kind: 'presenceEnded', operator: 'ana' });
    attest(desk, 2 * HOUR_MS, 'd'.repeat(64));
    desk.release();
    expect(desk.state.observations.presence).toEqual({
      person: 'ana',
      until: desk.now + 2 * HOUR_MS,
    });
  });

  it('that is over when it is handed in, or when it is recorded, is none', () => {
    const desk = alone();
    attest(desk, 0);
    expect(desk.recordsOf('presenceRecorded')).toEqual([]);
    desk.ledger = 'held';
    attest(desk, 1_000);
    desk.now += 1_000;
    desk.release();
    expect([desk.mode, desk.state.observations.presence]).toEqual(['ReduceOnly', null]);
  });
});
