import type { Session } from '@holdfast/core/step';
import { type RunId, runId } from '@holdfast/core/values';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { tapeFault } from './fault.ts';

/** What a turn needs besides its events: where the process that made them began. */
export interface TapeHeader {
  readonly versions: EngineVersions;
  /** With run id, build id and contract version. */
  readonly session: Session;
  readonly epoch: number;
  /** Records the process folded, and the hash of the last one, as hex. */
  readonly ledger: { readonly records: number; readonly head: string };
  /** When it resumed: epoch ms, as the core was told. */
  readonly resumedAt: number;
}

/** The same code answers for the same bits only on the same engine (D-28). */
export interface EngineVersions {
  readonly node: string;
  readonly v8: string;
}

export const OWN_VERSIONS: EngineVersions = Object.freeze({
  node: process.versions.node,
  v8: process.versions.v8,
});

/** Turns stop here. */
export interface TapeGap {
  /** Turns before it. */
  readonly turns: number;
  readonly cause: GapCause;
  readonly detail: string;
}

export type GapCause = 'max_bytes' | 'queue_full' | 'value_refused' | 'write_failed';

export interface TapeEnd {
  /** Turns the loop took, kept or not. */
  readonly turns: number;
  /** Of these, the ones that are not here. */
  readonly lost: number;
}

const HeaderSchema = Type.Object({
  versions: Type.Object({ node: Type.String(), v8: Type.String() }),
  session: Type.Object({
    runId: Type.String({ minLength: 1 }),
    buildId: Type.String(),
    runtimeConfigHash: Type.String(),
    contractVersion: Type.String(),
    enforcedProfile: Type.Union([
      Type.Literal('CSP'),
      Type.Literal('GOP'),
      Type.Literal('FULL'),
      Type.Null(),
    ]),
    /** Not in the tapes of older builds. */
    realMoney: Type.Optional(Type.Boolean()),
    /** Not on tapes of before there was one. */
    needsSupervisor: Type.Optional(Type.Boolean()),
    settleMs: Type.Number(),
    tickIntervalMs: Type.Number(),
    reconcileIntervalMs: Type.Number(),
  }),
  epoch: Type.Integer({ minimum: 1 }),
  ledger: Type.Object({
    records: Type.Integer({ minimum: 0 }),
    head: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  }),
  resumedAt: Type.Number(),
});

const GapSchema = Type.Object({
  turns: Type.Integer({ minimum: 0 }),
  cause: Type.Union([
    Type.Literal('max_bytes'),
    Type.Literal('queue_full'),
    Type.Literal('value_refused'),
    Type.Literal('write_failed'),
  ]),
  detail: Type.String(),
});

const EndSchema = Type.Object({
  turns: Type.Integer({ minimum: 0 }),
  lost: Type.Integer({ minimum: 0 }),
});

const header = Compile(HeaderSchema);
const gap = Compile(GapSchema);
const end = Compile(EndSchema);

export function readHeader(payload: Buffer): TapeHeader {
  const read = jsonOf(payload);
  if (!header.Check(read)) throw tapeFault('tape_unreadable', 'the header lacks what a run needs');
  return { ...read, session: sessionOf(read.session) };
}

function sessionOf(read: Static<typeof HeaderSchema>['session']): Session {
  const id: RunId = runId(read.runId);
  const { realMoney = true, needsSupervisor = false } = read;
  return { ...read, runId: id, realMoney, needsSupervisor };
}

export function readGap(payload: Buffer): TapeGap {
  const read = jsonOf(payload);
  if (!gap.Check(read)) throw tapeFault('tape_unreadable', 'a gap that does not say where');
  return read;
}

export function readEnd(payload: Buffer): TapeEnd {
  const read = jsonOf(payload);
  if (!end.Check(read)) throw tapeFault('tape_unreadable', 'an end that does not say what it ends');
  return read;
}

function jsonOf(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return null;
  }
}
