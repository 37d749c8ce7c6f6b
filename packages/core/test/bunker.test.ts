import { describe, expect, it } from 'vitest';
import { Desk } from './desk.ts';
import { holding, pass, tries } from './monitor-desk.ts';

const BUNKER = ['REDUCEONLY_BUNKER_MODE_ACTIVE'];
const GOOD = { httpP95Ms: 100, timeoutRate: 0, lagMs: 50 };

/** Once a second, as the shell measures; other events in between. */
function seconds(desk: Desk, count: number): void {
  for (let second = 0; second < count; second += 1) {
    desk.now += 1_000;
    desk.feed();
    desk.post({ kind: 'ticked' });
  }
}

describe('bunker mode (section 42)', () => {
  it('NON-TRIP: figures at their lines are good, and the order goes out', () => {
    const desk = holding();
    desk.calm.network = { httpP95Ms: 750, timeoutRate: 0.02, lagMs: 2_000 };
    seconds(desk, 10);
    expect(desk.modeReasons).toEqual([]);
    expect(tries(desk)).toEqual([1, 1]);
  });

  it('AT-267 a lag of more than two seconds blocks opens at once, and closes go out', () => {
    const desk = holding();
    desk.calm.network = { ...GOOD, lagMs: 2_001 };
    seconds(desk, 1);
    expect(desk.modeReasons).toEqual(BUNKER);
    expect(tries(desk)).toEqual([0, 1]);
  });

  it.each([
    ['slow answers', { ...GOOD, httpP95Ms: 751 }, 3],
    ['a silent venue', { ...GOOD, lagMs: 2_001 }, 1],
    ['lost answers', { ...GOOD, timeoutRate: 0.0201 }, 1],
  ])('AT-209 any one of the conditions is enough: %s', (_, network, evaluations) => {
    const desk = holding();
    desk.calm.network = network;
    seconds(desk, evaluations);
    expect([desk.mode, desk.modeReasons]).toEqual(['ReduceOnly', BUNKER]);
  });

  it('AT-345 slow answers count from the third evaluation in a row; a good one begins anew', () => {
    const desk = holding();
    const slow = { ...GOOD, httpP95Ms: 751 };
    for (let round = 0; round < 3; round += 1) {
      desk.calm.network = slow;
      seconds(desk, 2);
      expect(desk.mode).toBe('Active');
      desk.calm.network = GOOD;
      seconds(desk, 1);
    }
    desk.calm.network = slow;
    seconds(desk, 2);
    expect(desk.mode).toBe('Active');
    seconds(desk, 1);
    expect(desk.modeReasons).toEqual(BUNKER);
  });

  it('AT-115 AT-268 AT-298 it ends only after 120 s of calm without a break', () => {
    const desk = holding();
    desk.calm.network = { ...GOOD, lagMs: 5_000 };
    seconds(desk, 3);
    desk.calm.network = GOOD;
    seconds(desk, 120);
    expect(desk.modeReasons).toEqual(BUNKER);
    expect(tries(desk)).toEqual([0, 1]);
    seconds(desk, 1);
    expect([desk.modeReasons, tries(desk)[0]]).toEqual([[], 1]);
  });

  it('AT-115 any breach begins the exit period anew, even one that alone would not enter', () => {
    const desk = holding();
    desk.calm.network = { ...GOOD, lagMs: 5_000 };
    seconds(desk, 1);
    desk.calm.network = GOOD;
    seconds(desk, 119);
    desk.calm.network = { ...GOOD, httpP95Ms: 800 };
    seconds(desk, 1);
    desk.calm.network = GOOD;
    seconds(desk, 120);
    expect(desk.modeReasons).toEqual(BUNKER);
    seconds(desk, 1);
    expect(desk.modeReasons).toEqual([]);
  });

  it.each([
    ['ws_event_lag_ms', { ...GOOD, lagMs: null }],
    ['deribit_http_p95_ms', { ...GOOD, httpP95Ms: null }],
    ['request_timeout_rate', { ...GOOD, timeoutRate: null }],
    ['a p95 that is no number', { ...GOOD, httpP95Ms: Number.NaN }],
    ['a negative p95', { ...GOOD, httpP95Ms: -1 }],
    ['a share above one', { ...GOOD, timeoutRate: 1.5 }],
    ['a message of the future', { ...GOOD, lagMs: -1 }],
  ])('AT-205 what cannot be computed is bunker mode: %s', (_, network) => {
    const desk = holding();
    desk.calm.network = network;
    seconds(desk, 1);
    expect(desk.modeReasons).toEqual(BUNKER);
    desk.calm.network = GOOD;
    seconds(desk, 120);
    expect(desk.modeReasons).toEqual(BUNKER);
  });

  it('figures nobody measures any more are unknown', () => {
    const desk = holding();
    desk.calm.network = null;
    seconds(desk, 5);
    expect(desk.mode).toBe('Active');
    seconds(desk, 1);
    expect(desk.modeReasons).toEqual(BUNKER);
  });

  it('a process is in it from its first measurement until all its figures are good', () => {
    const desk = new Desk({ keepsCalm: false });
    const measured = { kind: 'networkMeasured', timeoutRate: null, lastMessageAt: null } as const;
    const { bunker } = desk.state.observations.monitors;
    expect(bunker.isActive).toBeNull();
    desk.post({ ...measured, httpP95Ms: null });
    expect(bunker.isActive).toBe(true);
    const whole = {
      kind: 'networkMeasured',
      timeoutRate: 0,
      lastMessageAt: desk.now as never,
    } as const;
    desk.post({ ...whole, httpP95Ms: 5 });
    expect(bunker.isActive).toBe(false);
    // What comes after that is driven there, and has to stay out the whole time.
    desk.post({ ...measured, httpP95Ms: null });
    desk.now += 1_000;
    desk.post({ ...whole, lastMessageAt: desk.now as never, httpP95Ms: 5 });
    expect(bunker.isActive).toBe(true);
  });

  it('AT-401 it refuses what takes protection away, and lets neutral cancels pass', () => {
    const desk = new Desk().boot();
    desk.propose({ timeInForce: 'good_til_cancelled' });
    const open = desk.rest(desk.submits[0]);
    pass(desk, 300);
    desk.propose({ quantity: 0.2 });
    desk.fill(desk.submits[1], 'BTC-2');
    pass(desk, 300);
    desk.propose(
      { side: 'sell', quantity: 0.1, limitPrice: 0.06, timeInForce: 'good_til_cancelled' },
      { action: 'Close', reduceOnly: true },
    );
    const close = desk.rest(desk.submits.at(-1));
    // The monitor alone: nothing is cancelled by a tick in between.
    desk.post({
      kind: 'networkMeasured',
      httpP95Ms: 100,
      timeoutRate: 0.5,
      lastMessageAt: desk.now as never,
    });
    expect(desk.modeReasons).toEqual(BUNKER);
    desk.proposeCancel(close);
    expect(desk.refusals.at(-1)).toBe('RiskIncreasingCancelReplaceForbidden');
    expect(desk.cancels).toEqual([]);
    desk.proposeCancel(open);
    expect(desk.cancels).toEqual([open]);
  });

  it('says which figure, and how much of the exit period is left', () => {
    const desk = holding();
    desk.calm.network = { ...GOOD, timeoutRate: 0.05 };
    seconds(desk, 1);
    const said = (): readonly string[] =>
      desk.state.observations.monitors.findings.map(
        ({ figure, standing, value, clears }) => `${figure} ${standing} ${value} ${clears}`,
      );
    expect(said()).toEqual([
      'request_timeout_rate breached 0.05 every network figure good for 120 s',
    ]);
    desk.calm.network = GOOD;
    seconds(desk, 21);
    const [left] = desk.state.observations.monitors.findings;
    expect(left).toMatchObject({ standing: 'cooling', clearsAt: desk.now + 100_000 });
  });
});
