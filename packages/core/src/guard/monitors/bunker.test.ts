import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../policy-defaults.ts';
import { monoMs } from '../../values/index.ts';
import {
  ageBunker,
  type BunkerState,
  createBunker,
  measureBunker,
  type NetworkFigures,
  tellBunker,
} from './bunker.ts';
import type { MonitorFinding } from './finding.ts';

const T = 1_000_000;
const at = (ms: number) => monoMs(T + ms);

/** A network at every line: what is measured, and how long ago the venue spoke. */
interface Measured {
  readonly httpP95Ms?: number | null;
  readonly timeoutRate?: number | null;
  readonly lagMs?: number | null;
}

function measure(bunker: BunkerState, ms: number, of: Measured = {}): boolean | null {
  const { httpP95Ms = 750, timeoutRate = 0.02, lagMs = 2_000 } = of;
  const lastMessageAt = lagMs === null ? null : at(ms - lagMs);
  const network: NetworkFigures = { httpP95Ms, timeoutRate, lastMessageAt };
  measureBunker(bunker, network, DEFAULT_PARAMETERS, at(ms));
  return bunker.isActive;
}

/** In nobody's bunker: one whole and good measurement. */
function calm(): BunkerState {
  const bunker = createBunker();
  expect(measure(bunker, 0)).toBe(false);
  return bunker;
}

function told(bunker: BunkerState, ms: number): readonly MonitorFinding[] {
  const findings: MonitorFinding[] = [];
  tellBunker(bunker, DEFAULT_PARAMETERS, at(ms), findings);
  return findings;
}

const clears = 'every network figure good for 120 s';
const LAG = { figure: 'ws_event_lag_ms', unit: 'ms', value: 2_000, limit: 2_000 };
const P95 = { figure: 'deribit_http_p95_ms', unit: 'ms', value: 750, limit: 750 };
const RATE = { figure: 'request_timeout_rate', unit: 'ratio', value: 0.02, limit: 0.02 };
const said = (parts: object) => ({
  subject: null,
  standing: 'breached',
  asks: 'ReduceOnly',
  clears,
  clearsAt: null,
  ...parts,
});

describe('bunker mode', () => {
  it.each([
    ['a lag over its line', { lagMs: 2_001 }, said({ ...LAG, value: 2_001 })],
    ['no message at all', { lagMs: null }, said({ ...LAG, value: null, standing: 'missing' })],
    ['a message of the future', { lagMs: -1 }, said({ ...LAG, value: null, standing: 'missing' })],
    ['lost answers', { timeoutRate: 0.03 }, said({ ...RATE, value: 0.03 })],
    ['every answer lost', { timeoutRate: 1 }, said({ ...RATE, value: 1 })],
    [
      'more than every answer',
      { timeoutRate: 1.01 },
      said({ ...RATE, value: null, standing: 'missing' }),
    ],
    ['no share', { timeoutRate: null }, said({ ...RATE, value: null, standing: 'missing' })],
    [
      'a share below none',
      { timeoutRate: -0.01 },
      said({ ...RATE, value: null, standing: 'missing' }),
    ],
    ['no p95', { httpP95Ms: null }, said({ ...P95, value: null, standing: 'missing' })],
    [
      'a p95 without end',
      { httpP95Ms: Number.POSITIVE_INFINITY },
      said({ ...P95, value: null, standing: 'missing' }),
    ],
  ])('AT-209 AT-205 is entered at once by %s', (_, network, expected) => {
    const bunker = calm();
    expect(measure(bunker, 1_000, network)).toBe(true);
    expect(told(bunker, 1_000)).toEqual([{ ...expected, since: at(1_000) }]);
  });

  it('figures of nothing are good ones', () => {
    const bunker = calm();
    expect(measure(bunker, 1_000, { httpP95Ms: 0, timeoutRate: 0, lagMs: 0 })).toBe(false);
    expect(told(bunker, 1_000)).toEqual([]);
  });

  it('AT-345 slow answers enter with the third in a row, and are said before', () => {
    const bunker = calm();
    const slow = { httpP95Ms: 751 };
    const seen = [1, 2].map((second) => measure(bunker, second * 1_000, slow));
    expect(seen).toEqual([false, false]);
    const soon = said({ ...P95, value: 751, asks: 'nothing yet', since: null });
    expect(told(bunker, 2_000)).toEqual([soon]);
    expect(measure(bunker, 3_000)).toBe(false);
    const again = [4, 5, 6, 7].map((second) => measure(bunker, second * 1_000, slow));
    expect([again, bunker.since]).toEqual([[false, false, true, true], at(6_000)]);
  });

  it('AT-115 AT-298 ends exactly with the exit period, and begins it anew with any breach', () => {
    const bunker = calm();
    measure(bunker, 1_000, { lagMs: 2_001 });
    measure(bunker, 2_000);
    measure(bunker, 3_000, { httpP95Ms: 751 });
    measure(bunker, 4_000);
    const { calmSince, since } = bunker;
    expect([calmSince, since]).toEqual([at(4_000), at(1_000)]);
    expect(measure(bunker, 123_999)).toBe(true);
    expect(told(bunker, 123_999)).toEqual([
      said({ ...LAG, standing: 'cooling', since: at(1_000), clearsAt: at(124_000) }),
    ]);
    expect(measure(bunker, 124_000)).toBe(false);
    expect([bunker.since, told(bunker, 124_000)]).toEqual([null, []]);
    // It stays out without having to rest again.
    expect(measure(bunker, 125_000)).toBe(false);
  });

  it('a process begins in it and leaves it with the first whole and good measurement', () => {
    const bunker = createBunker();
    expect([bunker.isActive, bunker.isFirst, bunker.figures]).toEqual([null, true, []]);
    expect(told(bunker, 0)).toEqual([
      said({ ...LAG, value: null, limit: 0, standing: 'missing', since: null }),
    ]);
    expect(measure(bunker, 0, { timeoutRate: null })).toBe(true);
    expect(measure(bunker, 1_000)).toBe(false);
    // From then on it is driven there, and has to rest.
    expect(measure(bunker, 2_000, { timeoutRate: null })).toBe(true);
    expect(measure(bunker, 3_000)).toBe(true);
  });

  it('a first measurement that is whole and slow is no way out, and no first any more', () => {
    const bunker = createBunker();
    expect(measure(bunker, 0, { httpP95Ms: 751 })).toBe(true);
    expect(bunker.since).toBe(at(0));
    expect(measure(bunker, 1_000)).toBe(true);
    expect(measure(bunker, 121_000)).toBe(false);
  });

  it('figures nobody measures any more are unknown from the age on that they may have', () => {
    const bunker = calm();
    measure(bunker, 1_000, { httpP95Ms: 751 });
    ageBunker(bunker, DEFAULT_PARAMETERS, at(6_000));
    expect(bunker).toMatchObject({ isActive: false, slowInARow: 1 });
    ageBunker(bunker, DEFAULT_PARAMETERS, at(6_001));
    expect(bunker).toMatchObject({ isActive: true, since: at(6_001), slowInARow: 0 });
    expect(told(bunker, 6_001)).toEqual(
      [{ ...P95, value: 751 }, LAG, RATE].map((figure) =>
        said({ ...figure, limit: 5_000, standing: 'stale', since: at(6_001) }),
      ),
    );
    ageBunker(bunker, DEFAULT_PARAMETERS, at(9_000));
    expect(bunker.since).toBe(at(6_001));
  });

  it('silence breaks the calm it had', () => {
    const bunker = calm();
    measure(bunker, 1_000, { lagMs: null });
    measure(bunker, 2_000);
    ageBunker(bunker, DEFAULT_PARAMETERS, at(60_000));
    expect(bunker.calmSince).toBeNull();
    measure(bunker, 61_000);
    expect(measure(bunker, 122_000)).toBe(true);
  });

  it('what was never measured does not age', () => {
    const bunker = createBunker();
    ageBunker(bunker, DEFAULT_PARAMETERS, at(1e9));
    expect(bunker).toEqual(createBunker());
  });
});
