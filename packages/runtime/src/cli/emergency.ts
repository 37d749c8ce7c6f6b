import { userInfo } from 'node:os';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { EmergencyCommand } from '../control/command.ts';
import { ask, findRun } from './beside.ts';
import { couldNotTell, type ExitCode, type Io, tell, tellJson } from './io.ts';

/** The words of the runbook, and what the engine calls them. */
export const EMERGENCY_WORDS = {
  kill: 'kill',
  'reduce-only': 'reduce_only',
  active: 'release',
} as const satisfies Record<string, EmergencyCommand>;

export type EmergencyWord = keyof typeof EMERGENCY_WORDS;

export interface EmergencyOptions {
  readonly reason: string;
  readonly operator?: string;
  readonly run?: string;
  /** Enough is that the operator's own stop is lifted, whatever else holds the system down. */
  readonly liftOnly?: boolean;
  readonly json: boolean;
}

const Body = Compile(
  Type.Object({
    result: Type.Union([
      Type.Literal('ACCEPTED'),
      Type.Literal('BLOCKED'),
      Type.Literal('REJECTED'),
    ]),
    trading_mode: Type.String(),
    mode_reasons: Type.Array(Type.String()),
    cause: Type.Union([Type.String(), Type.Null()]),
  }),
);

/**
 * `holdfast emergency kill | reduce-only | active`: the operator's word to a running engine. 0 when
 * it was accepted, 1 when it was not or other reasons hold the system down, 2 when no engine
 * answered: then revoke the key at the exchange (docs/break_glass_runbook.md).
 */
export async function emergency(
  word: EmergencyWord,
  { reason, operator, run, liftOnly = false, json }: EmergencyOptions,
  io: Pick<Io, 'out' | 'err' | 'cwd' | 'root'>,
): Promise<ExitCode> {
  const found = findRun(run, io);
  if (!found.ok) return couldNotTell(io, json, found.trouble);
  const answer = await ask(found.beside, {
    kind: 'emergency',
    command: EMERGENCY_WORDS[word],
    reason,
    operator: operator ?? userInfo().username,
  });
  if (!answer.ok) return couldNotTell(io, json, answer.trouble);
  const { body } = answer;
  if (!Body.Check(body)) {
    const place = found.beside.folder.path;
    return couldNotTell(io, json, {
      place,
      rule: 'malformed',
      detail: 'no answer this build knows',
    });
  }
  if (json) tellJson(io, body);
  else {
    const why = [body.cause, ...body.mode_reasons].filter((part) => part !== null).join(', ');
    tell(io, `${body.result}: the mode is ${body.trading_mode}${why === '' ? '' : ` (${why})`}`);
  }
  const isLifted = liftOnly && word === 'active' && body.result === 'BLOCKED';
  return body.result === 'ACCEPTED' || isLifted ? 0 : 1;
}
