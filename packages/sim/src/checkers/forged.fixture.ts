import type { Decision, Effect, Event } from '@holdfast/core';
import { createState, type State } from '@holdfast/core/step';
import { coinE8, currency, label, monoMs, runId } from '@holdfast/core/values';
import { foldLedger, type LedgerFold, type SegmentSource } from '@holdfast/runtime/ledger';
import { Exchange } from '../exchange/index.ts';
import { testPolicy } from '../fuzz/policy.fixture.ts';
import { weatherOfScenario } from '../scenario/weather.ts';
import { World } from '../world.ts';
import { type Checker, checkerOf, type WorldEnd } from './checker.ts';

/** Events and effects no world made, for showing a checker what it must and must not mind. */

export const AT = monoMs(1_000);
export const LABEL = label('s4:aaaaaaaa:aaaaaaaaaaaa:0:0000000000000000');
export const OPTION = 'BTC-16JAN26-64000-C';
export const NO_LEDGER: SegmentSource = { segments: () => [], read: () => Buffer.alloc(0) };

/** An order that could add risk, as an intent has it; only what checkers read. */
export const TERMS = {
  label: LABEL,
  groupId: 'g1',
  legIndex: 0,
  intentClass: 'OPEN',
  instrument: OPTION,
  reduceOnly: false,
} as const;

export function freshState(): State {
  return createState({
    buildId: 'b',
    runtimeConfigHash: 'c',
    contractVersion: '5.2',
    runId: runId('run'),
    enforcedProfile: 'CSP',
    realMoney: false,
    needsSupervisor: false,
    settleMs: 0,
    tickIntervalMs: 100,
    reconcileIntervalMs: 5_000,
  });
}

/** The state of a trader to which nothing bad has happened. */
export async function healthyState(): Promise<State> {
  const world = new World({
    ...weatherOfScenario(),
    seed: '1',
    policy: testPolicy(),
    market: 'still',
    strategies: () => [],
  });
  await world.run(2_000);
  if (world.state === null) throw new Error('no process');
  return world.state;
}

export function fold(over: Partial<LedgerFold> = {}): LedgerFold {
  return { ...foldLedger(NO_LEDGER), ...over };
}

export function end(over: Partial<WorldEnd> = {}): WorldEnd {
  const exchange = new Exchange({
    deposits: new Map([[currency('BTC'), coinE8(1)]]),
    onNotification: () => undefined,
  });
  const state = freshState();
  return { state, fold: fold(), ledger: NO_LEDGER, exchange, now: 1_000, ...over };
}

/** The checker that `action` trips; null when it passes. */
export function tripped(action: () => void): string | null {
  try {
    action();
    return null;
  } catch (error) {
    return checkerOf(error);
  }
}

export function said(decision: object): Effect {
  return { kind: 'report', decision: { at: AT, ...decision } as Decision };
}

/** An event of this kind with what else is given. */
export function heard(kind: Event['kind'], rest: object = {}): Event {
  return { kind, at: AT, ...rest } as unknown as Event;
}

export function recorded(...records: readonly object[]): Event {
  return heard('recorded', { records, receipt: {} });
}

export function appended(...records: readonly object[]): Effect {
  return { kind: 'append', records } as unknown as Effect;
}

/** The intent of `TERMS` and its marker, as they are admitted. */
export function admitted(terms: object = {}): Effect {
  const all = { ...TERMS, ...terms };
  return appended(
    { type: 'intentRecorded', terms: all },
    { type: 'orderSending', label: all.label },
  );
}

export function submitted(terms: object = {}): Effect {
  const all = { ...TERMS, ...terms };
  const receipt = { sending: new Set([all.label]) };
  return { kind: 'submit', order: { terms: all }, receipt } as unknown as Effect;
}

/** Feeds a checker events and effects in order; a function is called. */
export function play(
  checker: Checker,
  steps: readonly (Event | Effect | (() => void))[],
  state: State = freshState(),
): string | null {
  return tripped(() => {
    for (const step of steps) {
      if (typeof step === 'function') step();
      else if ('at' in step && step.kind !== 'wake') checker.onEvent?.(step, state, 0);
      else checker.onEffect?.(step, state);
    }
  });
}

/** The same, after a process has recovered from an empty ledger. */
export function playFromBoot(
  checker: Checker,
  steps: readonly (Event | Effect | (() => void))[],
  state: State = freshState(),
): string | null {
  checker.onBoot?.(state, fold(), NO_LEDGER);
  return play(checker, steps, state);
}
