import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../src/policy-document.ts';
import { wallMs } from '../src/values/index.ts';
import { Desk } from './desk.ts';

const MINUTE = 60_000;
const MAINTENANCE = 'REDUCEONLY_RISKSTATE_MAINTENANCE';
const CORTEX = 'REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY';

/** The venue announces these from now on: start and end in minutes from now. */
function announce(desk: Desk, ...windows: (readonly [number, number | null])[]): void {
  desk.health = {
    locked: false,
    maintenance: windows.map(([start, end], index) => ({
      announcementId: `a${index}`,
      startsAt: wallMs(desk.now + start * MINUTE),
      endsAt: end === null ? null : wallMs(desk.now + end * MINUTE),
    })),
  };
}

/** The next poll, and what it brings. */
function poll(desk: Desk): void {
  const polls = (): number => desk.fetches.filter(({ what }) => what === 'health').length;
  const before = polls();
  while (polls() === before) desk.tick(1_000);
}

describe('announced maintenance', () => {
  it('AT-232 half an hour away blocks OPEN and nothing else', () => {
    const desk = new Desk().boot();
    desk.propose();
    desk.fill(desk.submits[0], 'BTC-1');
    desk.tick(300);
    desk.propose({ timeInForce: 'good_til_cancelled', limitPrice: 0.04 });
    const resting = desk.rest(desk.submits.at(-1));
    announce(desk, [30, 90]);
    poll(desk);
    expect(desk.modeReasons).toEqual([MAINTENANCE]);
    const sent = desk.submits.length;
    desk.propose();
    expect(desk.refusals.at(-1)).toBe('RiskStateNotHealthy');
    desk.proposeClose();
    expect(desk.submits).toHaveLength(sent + 1);
    desk.tick();
    expect(desk.cancels).toContain(resting);
  });

  it('counts from sixty minutes before its start on, and not earlier', () => {
    const desk = new Desk().boot();
    announce(desk, [63, 120]);
    poll(desk);
    expect(desk.mode).toBe('Active');
    for (let minute = 0; minute < 4; minute += 1) poll(desk);
    expect(desk.modeReasons).toContain(MAINTENANCE);
  });

  it('counts from then on without another reading', () => {
    const desk = new Desk().boot();
    announce(desk, [61, 120]);
    poll(desk);
    desk.silent.add('health');
    for (let second = 0; second < 90; second += 1) desk.tick(1_000);
    expect(desk.modeReasons).toContain(MAINTENANCE);
  });

  it('ends with a reading taken after its end, announced or not', () => {
    const desk = new Desk().boot();
    announce(desk, [10, 20]);
    poll(desk);
    announce(desk);
    for (let minute = 0; minute < 17; minute += 1) poll(desk);
    expect(desk.modeReasons).toEqual([MAINTENANCE]);
    for (let minute = 0; minute < 4; minute += 1) poll(desk);
    expect(desk.mode).toBe('Active');
  });

  it('is still announced long after it ended: over all the same', () => {
    const desk = new Desk().boot();
    announce(desk, [-120, -60]);
    poll(desk);
    expect(desk.mode).toBe('Active');
  });

  it('without an end holds until a reading is silent about it', () => {
    const desk = new Desk().boot();
    announce(desk, [-5, null]);
    for (let minute = 0; minute < 200; minute += 1) poll(desk);
    expect(desk.modeReasons).toEqual([MAINTENANCE]);
    announce(desk);
    poll(desk);
    expect(desk.mode).toBe('Active');
  });

  it('that was put off counts no more; that was called off before it counted neither', () => {
    const desk = new Desk().boot();
    announce(desk, [30, 60], [300, 400]);
    poll(desk);
    expect(desk.modeReasons).toEqual([MAINTENANCE]);
    announce(desk, [300, 330]);
    poll(desk);
    expect(desk.mode).toBe('Active');
    expect(desk.state.observations.venueHealth.maintenance).toHaveLength(1);
  });

  it('a start that cannot be read counts now', () => {
    const desk = new Desk().boot();
    announce(desk, [Number.NaN, null]);
    poll(desk);
    expect(desk.modeReasons).toEqual([MAINTENANCE]);
  });

  it('a locked venue is maintenance until it says otherwise', () => {
    const desk = new Desk().boot();
    desk.health = { locked: true, maintenance: [] };
    poll(desk);
    expect(desk.modeReasons).toEqual([MAINTENANCE]);
    desk.health = { locked: false, maintenance: [] };
    poll(desk);
    expect(desk.mode).toBe('Active');
  });

  it('remembers no more windows than it can use', () => {
    const desk = new Desk().boot();
    announce(desk, ...Array.from({ length: 500 }, (_, i) => [500 - i, null] as const));
    poll(desk);
    const { maintenance } = desk.state.observations.venueHealth;
    expect(maintenance).toHaveLength(64);
    expect(desk.modeReasons).toEqual([MAINTENANCE]);
  });
});

describe('the exchange health monitor', () => {
  it('reads every minute', () => {
    const desk = new Desk().boot();
    for (let second = 0; second < 300; second += 1) desk.tick(1_000);
    const asked = desk.fetches.filter(({ what }) => what === 'health').map(({ at }) => at);
    expect(asked.length).toBeGreaterThanOrEqual(5);
    expect(asked.length).toBeLessThanOrEqual(7);
  });

  it('AT-204 AT-299 unreachable for 180 s forces ReduceOnly, for less it does not', () => {
    expect(DEFAULT_PARAMETERS.exchangeHealthStaleS).toBe(180);
    const desk = new Desk().boot();
    poll(desk);
    const readAt = desk.state.observations.venueHealth.at ?? 0;
    desk.silent.add('health');
    while (desk.now + 1_000 < readAt + 179_000) desk.tick(1_000);
    desk.tick(readAt + 179_999 - desk.now);
    expect(desk.mode).toBe('Active');
    desk.tick(readAt + 180_000 - desk.now);
    expect(desk.modeReasons).toEqual([CORTEX]);
    desk.propose();
    expect(desk.refusals.at(-1)).toBe('TradingModeForbidsOpen');
    desk.silent.delete('health');
    poll(desk);
    expect(desk.mode).toBe('Active');
  });

  it('before its first reading nothing opens, and it asks again soon', () => {
    const desk = new Desk();
    desk.silent.add('health');
    for (let round = 0; round < 60; round += 1) desk.tick();
    expect(desk.modeReasons).toEqual([CORTEX, 'REDUCEONLY_INPUT_MISSING_OR_STALE']);
    desk.silent.delete('health');
    for (let round = 0; round < 60; round += 1) desk.tick();
    expect(desk.mode).toBe('Active');
  });
});
