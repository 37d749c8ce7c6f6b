import { describe, expect, it } from 'vitest';
import { dayOf, EVERY_DAY, textOfDay } from './calendar.ts';
import { checkRollout, type CheckOutcome } from './check.ts';
import {
  FORWARD_STEPS,
  type ForwardPorts,
  type ForwardRun,
  isEquivalenceDue,
  runForward,
} from './forward.ts';
import { NOW, rolloutFiles, SESSION } from './rollout.fixture.ts';
import { makeRolloutFolder, policyRead } from './rollout-folder.fixture.ts';

const DAY_MS = 86_400_000;
const SUNDAY = textOfDay(dayOf(SESSION) + 2);
const HOLD: CheckOutcome = { exit: 10, line: 'HOLD', state: null };
const RUN: ForwardRun = { codeVersion: 'v1', calendar: EVERY_DAY, now: NOW };

/** Ports that write down what was asked of them. */
function ports(over: Partial<ForwardPorts> = {}, session = SUNDAY) {
  const asked: string[] = [];
  const ask = (name: string) => async (what?: unknown) => {
    asked.push(typeof what === 'string' ? `${name} ${what}` : name);
  };
  const all: ForwardPorts = {
    runDaily: async () => session,
    appendMonitorHistory: ask('history'),
    writeHealth: ask('health'),
    appendDivergence: ask('divergence'),
    lastEquivalence: async () => null,
    runEquivalence: ask('equivalence'),
    check: async () => {
      asked.push('check');
      return HOLD;
    },
    writeObservation: ask('observation'),
    writeWeeklySummary: ask('weekly'),
    ...over,
  };
  return { asked, all };
}
const broken = async (): Promise<never> => {
  throw new Error('broken');
};

describe('the forward pipeline', () => {
  it('does its steps in their order, and ends as the checker does', async () => {
    const { asked, all } = ports();
    const told = await runForward(all, RUN);
    expect(told.steps.map(({ step }) => step)).toEqual([...FORWARD_STEPS]);
    expect(told.steps.every(({ status }) => status === 'done')).toBe(true);
    expect(asked).toEqual([
      `history ${SUNDAY}`,
      `health ${SUNDAY}`,
      `divergence ${SUNDAY}`,
      'equivalence',
      'check',
      'observation',
      'weekly',
    ]);
    expect(told).toMatchObject({ exit: 10, decision: null });
  });

  it('asks the checker whatever went wrong before it', async () => {
    const { asked, all } = ports({
      runDaily: broken,
      lastEquivalence: broken,
      runEquivalence: broken,
    });
    const told = await runForward(all, RUN);
    expect(asked).toEqual(['check', 'observation']);
    expect(told.steps.map(({ status }) => status)).toEqual([
      'failed',
      'left_out',
      'left_out',
      'left_out',
      'failed',
      'done',
      'done',
      'left_out',
    ]);
    expect(told.steps[0]?.detail).toBe('broken');
    expect(told.exit).toBe(10);
  });

  it.each(['appendMonitorHistory', 'writeHealth', 'appendDivergence', 'writeObservation'] as const)(
    'goes on where %s fails',
    async (port) => {
      const { asked, all } = ports({ [port]: broken });
      const told = await runForward(all, RUN);
      expect(told.steps.filter(({ status }) => status === 'failed')).toHaveLength(1);
      expect(asked).toHaveLength(6);
      expect(told.exit).toBe(10);
    },
  );

  it('ends with one where the checker gave no answer, and still does what follows', async () => {
    const { asked, all } = ports({ check: broken });
    const told = await runForward(all, RUN);
    expect(told).toMatchObject({ exit: 1, decision: null });
    expect(asked.slice(-2)).toEqual(['observation', 'weekly']);
  });

  it('takes no session that is none', async () => {
    const { asked, all } = ports({}, 'tomorrow');
    const told = await runForward(all, RUN);
    expect(told.steps[0]).toMatchObject({ status: 'failed', detail: '"tomorrow" is no session' });
    expect(asked).toEqual(['equivalence', 'check', 'observation']);
  });

  it('sums the week up on its last session alone', async () => {
    const { asked, all } = ports({}, SESSION);
    const told = await runForward(all, RUN);
    expect(told.steps.at(-1)).toEqual({ step: 'weekly_summary', status: 'not_due', detail: null });
    expect(asked).not.toContain('weekly');
    const weekdays = { hasSession: (day: number) => ![2, 3].includes(day % 7) };
    const friday = ports({}, SESSION);
    await runForward(friday.all, { ...RUN, calendar: weekdays });
    expect(friday.asked).toContain('weekly');
  });

  it('uses a result of the week again, with its date', async () => {
    const last = { checkedAt: NOW - DAY_MS, codeVersion: 'v1' };
    const { asked, all } = ports({ lastEquivalence: async () => last });
    const told = await runForward(all, RUN);
    expect(told.steps[4]).toEqual({ step: 'equivalence', status: 'not_due', detail: null });
    expect(asked).not.toContain('equivalence');
  });

  it('DG-15 leaves no forward behind where the checker is off', async () => {
    const folder = makeRolloutFolder(rolloutFiles());
    const check = (enabled: boolean) => async () =>
      checkRollout(folder.path, policyRead({ rollout_checker_enabled: enabled }), SESSION, NOW);
    const on = await runForward(ports({ check: check(true) }, SESSION).all, RUN);
    expect(on).toMatchObject({ exit: 0, decision: 'FORWARD_OK' });
    const off = await runForward(ports({ check: check(false) }, SESSION).all, RUN);
    expect(off).toMatchObject({ exit: 10, decision: 'HOLD_AND_REVIEW' });
    expect(folder.read('rollout-state.json')).toContain('rollout_checker_disabled');
  });
});

describe('golden and no-silent-path', () => {
  it('are due on other code, after a week, and where nobody knows', () => {
    const due = (checkedAt: number, codeVersion = 'v1') =>
      isEquivalenceDue({ checkedAt, codeVersion }, 'v1', NOW);
    expect(due(NOW)).toBe(false);
    expect(due(NOW - 6 * DAY_MS)).toBe(false);
    expect(due(NOW - 7 * DAY_MS)).toBe(true);
    expect(due(NOW, 'v2')).toBe(true);
    expect(due(NOW + 1)).toBe(true);
    expect(isEquivalenceDue(null, 'v1', NOW)).toBe(true);
  });
});
