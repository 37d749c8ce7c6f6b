import { describe, expect, it } from 'vitest';
import { monoMs } from '../../values/index.ts';
import type { MonitorFinding } from './finding.ts';
import {
  asksOf,
  coolsUntil,
  createLevelWatch,
  type LevelRule,
  type LevelWatch,
  loseLevel,
  observeLevel,
} from './level-watch.ts';
import { judgeLevel, tellTrouble, Verdict } from './verdict.ts';

const RULE: LevelRule = { warnWindowMs: 5_000, killWindowMs: 10_000, cooldownMs: 120_000 };
const WORDS = {
  figure: 'spread_bps',
  subject: 'BTC-PERPETUAL',
  unit: 'bps',
  warnLine: 25,
  killLine: 75,
} as const;

const T = 1_000_000;
const at = (ms: number) => monoMs(T + ms);

/** Over no line, over the first, over both; or nobody can see. */
type Seen = 'fine' | 'wide' | 'deadly' | 'unseen';

function see(watch: LevelWatch, seen: Seen, ms: number, rule: LevelRule = RULE): void {
  if (seen === 'unseen') loseLevel(watch, at(ms));
  else {
    const lines = { isWarning: seen !== 'fine', isKilling: seen === 'deadly' };
    observeLevel(watch, ms, lines, rule, at(ms));
  }
}

function watched(
  history: readonly (readonly [ms: number, seen: Seen])[],
  rule: LevelRule = RULE,
): LevelWatch {
  const watch = createLevelWatch();
  for (const [ms, seen] of history) see(watch, seen, ms, rule);
  return watch;
}

describe('a figure against its two lines', () => {
  it('a watch that has seen nothing asks for nothing', () => {
    const watch = createLevelWatch();
    expect(watch).toEqual({
      value: null,
      warnedSince: null,
      killSince: null,
      isKilling: false,
      trippedAt: null,
    });
    expect([asksOf(watch, RULE, at(0)), coolsUntil(watch, RULE)]).toEqual(['None', null]);
  });

  it.each([
    [
      'a warning before its window is over',
      [
        [0, 'wide'],
        [4_999, 'wide'],
      ],
      4_999,
      'None',
    ],
    [
      'a warning at its window',
      [
        [0, 'wide'],
        [5_000, 'wide'],
      ],
      5_000,
      'ForceReduceOnly',
    ],
    [
      'a warning with a break',
      [
        [0, 'wide'],
        [4_000, 'fine'],
        [5_000, 'wide'],
      ],
      5_000,
      'None',
    ],
    [
      'a warning nobody saw last',
      [
        [0, 'wide'],
        [4_000, 'unseen'],
        [5_000, 'wide'],
      ],
      5_000,
      'None',
    ],
    [
      'a kill before its window',
      [
        [0, 'deadly'],
        [9_999, 'deadly'],
      ],
      9_999,
      'ForceReduceOnly',
    ],
    [
      'a kill at its window',
      [
        [0, 'deadly'],
        [10_000, 'deadly'],
      ],
      10_000,
      'ForceKill',
    ],
    [
      'a kill with a break',
      [
        [0, 'deadly'],
        [9_000, 'wide'],
        [10_000, 'deadly'],
      ],
      10_000,
      'ForceReduceOnly',
    ],
    [
      'a kill nobody saw last',
      [
        [0, 'deadly'],
        [5_000, 'deadly'],
        [9_000, 'unseen'],
        [10_000, 'deadly'],
      ],
      10_000,
      'ForceReduceOnly',
    ],
    [
      'a kill nobody sees end',
      [
        [0, 'deadly'],
        [10_000, 'deadly'],
        [11_000, 'unseen'],
      ],
      500_000,
      'ForceKill',
    ],
    [
      'the end of a kill',
      [
        [0, 'deadly'],
        [10_000, 'deadly'],
        [11_000, 'fine'],
      ],
      129_999,
      'ForceReduceOnly',
    ],
    [
      'its cooldown over',
      [
        [0, 'deadly'],
        [10_000, 'deadly'],
        [11_000, 'fine'],
      ],
      130_000,
      'None',
    ],
    [
      'the cooldown of a kill nobody saw end',
      [
        [0, 'deadly'],
        [10_000, 'deadly'],
        [60_000, 'unseen'],
        [61_000, 'fine'],
      ],
      179_999,
      'ForceReduceOnly',
    ],
    [
      'that cooldown over',
      [
        [0, 'deadly'],
        [10_000, 'deadly'],
        [60_000, 'unseen'],
        [61_000, 'fine'],
      ],
      180_000,
      'None',
    ],
    [
      'a lost warning cools from when it was seen',
      [
        [0, 'wide'],
        [5_000, 'wide'],
        [9_000, 'unseen'],
      ],
      125_000,
      'None',
    ],
  ] as const)('%s', (_, history, now, expected) => {
    expect(asksOf(watched(history), RULE, at(now))).toBe(expected);
  });

  it('over the second line alone it is over the first as well', () => {
    const watch = createLevelWatch();
    observeLevel(watch, 9, { isWarning: false, isKilling: true }, RULE, at(0));
    expect(watch).toMatchObject({ value: 9, warnedSince: at(0), killSince: at(0) });
  });

  it('a window of nothing is over at once', () => {
    expect(asksOf(watched([[0, 'wide']], { ...RULE, warnWindowMs: 0 }), RULE, at(0))).toBe(
      'ForceReduceOnly',
    );
  });
});

describe('what is said of a level', () => {
  const judged = (watch: LevelWatch, ms: number): [string | undefined, MonitorFinding[]] => {
    const [verdict, findings] = [new Verdict(), [] as MonitorFinding[]];
    judgeLevel(watch, RULE, WORDS, at(ms), verdict, findings);
    return [verdict.override?.kind, findings];
  };
  const said = {
    figure: 'spread_bps',
    subject: 'BTC-PERPETUAL',
    unit: 'bps',
    standing: 'breached',
    limit: 25,
    clearsAt: null,
    clears: '120 s after it is within its line',
  };
  const deadly = [
    [0, 'deadly'],
    [10_000, 'deadly'],
  ] as const;
  const untilKill = 'within its kill line, then ReduceOnly until';

  it.each([
    ['within its lines', [[1, 'fine']], 1, 'None', null],
    [
      'cooled down',
      [
        [0, 'wide'],
        [5_000, 'wide'],
        [6_000, 'fine'],
      ],
      125_000,
      'None',
      null,
    ],
    [
      'about to warn',
      [
        [1, 'wide'],
        [2, 'wide'],
      ],
      2,
      'None',
      { asks: 'nothing yet', value: 2, since: at(1) },
    ],
    [
      'warning',
      [
        [0, 'wide'],
        [5_000, 'wide'],
      ],
      5_000,
      'ForceReduceOnly',
      { asks: 'ReduceOnly', value: 5_000, since: at(0) },
    ],
    [
      'about to kill',
      [
        [0, 'wide'],
        [6_000, 'deadly'],
      ],
      6_000,
      'ForceReduceOnly',
      { asks: 'ReduceOnly', value: 6_000, since: at(6_000), limit: 75 },
    ],
    [
      'killing',
      deadly,
      10_000,
      'ForceKill',
      {
        asks: 'Kill',
        value: 10_000,
        since: at(0),
        limit: 75,
        clears: `${untilKill} 120 s after it is within its line`,
      },
    ],
    [
      'killing unseen',
      [...deadly, [11_000, 'unseen']],
      12_000,
      'ForceKill',
      {
        asks: 'Kill',
        value: 10_000,
        since: at(0),
        limit: 75,
        clears: `${untilKill} 120 s after it is within its line`,
      },
    ],
    [
      'cooling',
      [...deadly, [11_000, 'fine']],
      12_000,
      'ForceReduceOnly',
      {
        asks: 'ReduceOnly',
        standing: 'cooling',
        value: 11_000,
        since: at(10_000),
        clearsAt: at(130_000),
      },
    ],
  ] as const)('%s', (_, history, now, asks, parts) => {
    const found = judged(watched(history), now);
    expect(found).toEqual([asks, parts === null ? [] : [{ ...said, ...parts }]]);
  });

  it('an input that cannot be used holds for as long as there is none', () => {
    const reading = { value: 7, at: at(-9_000) };
    const told = {
      figure: 'spread_bps',
      subject: 'BTC',
      unit: 'bps',
      asks: 'ReduceOnly',
      value: 7,
      limit: 5_000,
      clearsAt: null,
      clears: 'a fresh reading',
    };
    const tell = (trouble: 'missing' | 'stale') =>
      tellTrouble(trouble, 'spread_bps', 'BTC', 'bps', reading, 5_000);
    expect(tell('stale')).toEqual({ ...told, standing: 'stale', since: at(-9_000) });
    expect(tell('missing')).toEqual({ ...told, standing: 'missing', since: null });
  });
});

describe('a verdict', () => {
  const kindOf = (say: (verdict: Verdict) => void) => {
    const verdict = new Verdict();
    say(verdict);
    return verdict.override === null ? 'unheard' : verdict.override.kind;
  };

  it('is the worst that was said, whatever the order; Kill was seen and beats silence', () => {
    expect(kindOf(() => undefined)).toBe('None');
    const steps = [
      ['None', (verdict: Verdict) => verdict.take('None')],
      ['ForceReduceOnly', (verdict: Verdict) => verdict.take('ForceReduceOnly')],
      ['ForceReduceOnly', (verdict: Verdict) => verdict.takeTrouble('stale')],
      ['unheard', (verdict: Verdict) => verdict.takeTrouble('missing')],
      ['ForceKill', (verdict: Verdict) => verdict.take('ForceKill')],
    ] as const;
    for (const [rank, [worse, sayWorse]] of steps.entries()) {
      for (const [, say] of steps.slice(0, rank + 1)) {
        expect(kindOf((verdict) => [say, sayWorse].forEach((each) => each(verdict)))).toBe(worse);
        expect(kindOf((verdict) => [sayWorse, say].forEach((each) => each(verdict)))).toBe(worse);
      }
    }
  });

  it('is one frozen object for each answer, so that a change can be seen', () => {
    const killed = new Verdict();
    killed.kill();
    for (const { override } of [new Verdict(), killed])
      expect(Object.isFrozen(override)).toBe(true);
    expect(new Verdict().override).toBe(new Verdict().override);
  });
});
