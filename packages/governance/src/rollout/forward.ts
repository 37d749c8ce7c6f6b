/**
 * One run of the forward pipeline (section 8.9): eight steps in their order, each behind a port.
 * The checker is asked whatever went wrong before it, since what is missing is its business; and
 * what comes after it does not wait for a good answer.
 */
import { messageOf } from '@holdfast/runtime/proof';
import { type Calendar, dayAt, dayOf, isLastOfWeek, parseDay } from './calendar.ts';
import type { CheckOutcome } from './check.ts';
import type { RolloutDecision } from './decision.ts';

export interface ForwardPorts {
  /** Step 1: answers the reference date. */
  runDaily(): Promise<string>;
  /** Steps 2 to 4, each of the session of step 1. */
  appendMonitorHistory(referenceDate: string): Promise<void>;
  writeHealth(referenceDate: string): Promise<void>;
  appendDivergence(referenceDate: string): Promise<void>;
  /** When golden and no-silent-path were run last and on which code; null where they never were. */
  lastEquivalence(): Promise<{ readonly checkedAt: number; readonly codeVersion: string } | null>;
  /** Step 5. */
  runEquivalence(): Promise<void>;
  /** Step 6. Off as well: then it replaces the state by a hold (D-06). */
  check(): Promise<CheckOutcome>;
  /** Step 7. */
  writeObservation(outcome: CheckOutcome): Promise<void>;
  /** Step 8: system metrics apart from signals. */
  writeWeeklySummary(outcome: CheckOutcome): Promise<void>;
}

export const FORWARD_STEPS = [
  'daily',
  'monitor_history',
  'monitor_health',
  'divergence_log',
  'equivalence',
  'rollout_check',
  'observation',
  'weekly_summary',
] as const;
export type ForwardStep = (typeof FORWARD_STEPS)[number];

export interface StepTold {
  readonly step: ForwardStep;
  /** `not_due`: nothing to do today. `left_out`: what it needs is not there. */
  readonly status: 'done' | 'not_due' | 'left_out' | 'failed';
  readonly detail: string | null;
}

export interface ForwardTold {
  readonly steps: readonly StepTold[];
  /** The checker's; 1 where there was no answer from it. */
  readonly exit: CheckOutcome['exit'];
  readonly decision: RolloutDecision | null;
}

const WEEK_DAYS = 7;

/** On other code, a week after the last run, and where nobody knows of one (step 5). */
export function isEquivalenceDue(
  last: { readonly checkedAt: number; readonly codeVersion: string } | null,
  codeVersion: string,
  now: number,
): boolean {
  if (last === null || last.codeVersion !== codeVersion || last.checkedAt > now) return true;
  return dayAt(now) - dayAt(last.checkedAt) >= WEEK_DAYS;
}

export interface ForwardRun {
  readonly codeVersion: string;
  readonly calendar: Calendar;
  /** Epoch ms. */
  readonly now: number;
}

export async function runForward(ports: ForwardPorts, run: ForwardRun): Promise<ForwardTold> {
  const steps: StepTold[] = [];
  const tell = (step: ForwardStep, status: StepTold['status'], detail: string | null): void => {
    steps.push({ step, status, detail });
  };
  const doing = async <T>(step: ForwardStep, act: () => Promise<T>): Promise<T | null> => {
    try {
      const value = await act();
      tell(step, 'done', null);
      return value;
    } catch (error) {
      tell(step, 'failed', messageOf(error));
      return null;
    }
  };
  const session = await doing('daily', async () => {
    const day = await ports.runDaily();
    if (parseDay(day) === null) throw new Error(`${JSON.stringify(day)} is no session`);
    return day;
  });
  const ofSession = async (step: ForwardStep, act: (day: string) => Promise<void>) => {
    if (session === null) tell(step, 'left_out', 'there is no session');
    else await doing(step, () => act(session));
  };
  await ofSession('monitor_history', (day) => ports.appendMonitorHistory(day));
  await ofSession('monitor_health', (day) => ports.writeHealth(day));
  await ofSession('divergence_log', (day) => ports.appendDivergence(day));
  await equivalence(ports, run, doing, tell);
  const outcome = (await doing('rollout_check', () => ports.check())) ?? NO_ANSWER;
  await doing('observation', () => ports.writeObservation(outcome));
  if (session === null) tell('weekly_summary', 'left_out', 'there is no session');
  else if (!isLastOfWeek(run.calendar, dayOf(session))) tell('weekly_summary', 'not_due', null);
  else await doing('weekly_summary', () => ports.writeWeeklySummary(outcome));
  return { steps, exit: outcome.exit, decision: outcome.state?.decision ?? null };
}

const NO_ANSWER: CheckOutcome = { exit: 1, line: 'the checker gave no answer', state: null };

async function equivalence(
  ports: ForwardPorts,
  { codeVersion, now }: ForwardRun,
  doing: (step: ForwardStep, act: () => Promise<void>) => Promise<void | null>,
  tell: (step: ForwardStep, status: StepTold['status'], detail: string | null) => void,
): Promise<void> {
  let isDue = true;
  try {
    isDue = isEquivalenceDue(await ports.lastEquivalence(), codeVersion, now);
  } catch {
    // Whoever does not know when it was run runs it.
    isDue = true;
  }
  if (isDue) await doing('equivalence', () => ports.runEquivalence());
  else tell('equivalence', 'not_due', null);
}
