import { callsEmergency } from '@holdfast/core/ledger';
import { closed, createParser } from '@holdfast/core/parse';
import { currentMode } from '@holdfast/core/step';
import { monoMs } from '@holdfast/core/values';
import type { Static } from 'typebox';
import { takeWatchdogCall } from './emergency.ts';
import type { Engine } from './engine.ts';
import { line } from './line.ts';
import { WATCHDOG_OPERATOR } from './watchdog-operator.ts';

const EmergencySchema = closed({ reason: line(500), operator: line(100) });
export const parseEmergency = createParser(EmergencySchema);
export type EmergencyOrder = Static<typeof EmergencySchema>;

export const EMERGENCY_COMMANDS = ['kill', 'reduce_only', 'release'] as const;
export type EmergencyCommand = (typeof EMERGENCY_COMMANDS)[number];

/**
 * What became of a command. `ACCEPTED`: the mode is what was asked for, or stricter. `BLOCKED`: the
 * operator's own stop is lifted, but other reasons hold the system down. `REJECTED`: nothing was
 * changed.
 */
export interface EmergencyAnswer {
  readonly result: 'ACCEPTED' | 'BLOCKED' | 'REJECTED';
  readonly command: EmergencyCommand;
  readonly operator: string;
  readonly from: string;
  readonly trading_mode: string;
  readonly mode_reasons: readonly string[];
  readonly is_trading_allowed: boolean;
  /** Why it was rejected; null otherwise. */
  readonly cause: string | null;
  readonly ts_ms: number;
}

/** This long, and then the answer is what holds so far. */
const RECORD_TIMEOUT_MS = 1_000;
const LOOK_EVERY_MS = 5;

/**
 * Hands an operator's word to the core as an event and says what the mode is after that turn. A
 * release lifts the operator's own stop and nothing else. The watchdog only ever tightens: its
 * reduce-only is an emergency call, and no order of the operator.
 */
export async function command(
  engine: Engine,
  word: EmergencyCommand,
  order: EmergencyOrder,
): Promise<EmergencyAnswer> {
  const { state } = engine;
  const from = currentMode(state).mode;
  const answer = (result: EmergencyAnswer['result'], cause: string | null): EmergencyAnswer => {
    const { mode, reasons } = currentMode(state);
    return {
      result,
      command: word,
      operator: order.operator,
      from,
      trading_mode: mode,
      mode_reasons: reasons,
      is_trading_allowed: mode === 'Active',
      cause,
      ts_ms: engine.now(),
    };
  };
  if (!engine.isRunning()) return answer('REJECTED', 'engine_stopped');
  // What is said under an emergency caller's name is judged as its call, and can only tighten.
  if (callsEmergency(order.operator)) {
    if (order.operator !== WATCHDOG_OPERATOR) return answer('REJECTED', 'name_is_reserved');
    if (word !== 'reduce_only') return answer('REJECTED', 'watchdog_only_reduces');
    const outcome = takeWatchdogCall(engine, order.reason);
    return answer(outcome.ok ? 'ACCEPTED' : 'REJECTED', outcome.ok ? null : outcome.refusal);
  }
  const at = monoMs(engine.now());
  engine.post({ kind: 'operatorCommanded', at, command: word, ...order });
  const loosens = word === 'release' || (word === 'reduce_only' && from === 'Kill');
  const isHeard = !loosens || (await isRecorded(engine, word === 'release' ? null : word));
  const { mode } = currentMode(state);
  if (!engine.isRunning()) return answer('REJECTED', 'engine_stopped');
  if (word === 'release') {
    if (!isHeard) return answer('REJECTED', 'not_recorded_yet');
    return answer(mode === 'Active' ? 'ACCEPTED' : 'BLOCKED', null);
  }
  const isAsAsked = mode === 'Kill' || (word === 'reduce_only' && mode === 'ReduceOnly');
  return answer(isAsAsked ? 'ACCEPTED' : 'REJECTED', isAsAsked ? null : 'command_not_taken');
}

/** What loosens waits for its record (D-11). */
function isRecorded(engine: Engine, stop: 'reduce_only' | null): Promise<boolean> {
  const { observations } = engine.state;
  return untilSo(engine, () => observations.operatorStop === stop);
}

/** Waits for a record to be heard back. @returns false when it was not in time. */
export async function untilSo(engine: Engine, isSo: () => boolean): Promise<boolean> {
  const until = performance.now() + RECORD_TIMEOUT_MS;
  while (!isSo() && engine.isRunning() && performance.now() < until) {
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
  return isSo();
}
