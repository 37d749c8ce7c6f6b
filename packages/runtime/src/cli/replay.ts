import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readBuildIdentity } from '../proof/index.ts';
import { describeValue } from '../replay/canonical.ts';
import type { Difference, Doubt, Replay } from '../replay/replay-tape.ts';
import { ledgerOf, replayFile, untapedSessions } from '../replay/replay-run.ts';
import { listTapes } from '../replay/run-tapes.ts';
import {
  complain,
  couldNotTell,
  type ExitCode,
  type Io,
  shown,
  systemTrouble,
  tell,
  tellJson,
} from './io.ts';

export interface ReplayCommandOptions {
  /** A tape, or the folder of a run. */
  readonly path: string;
  /** Left out: `ledger` beside the tape. */
  readonly ledger?: string;
  readonly json: boolean;
}

type ReplayIo = Pick<Io, 'out' | 'err' | 'cwd' | 'root'>;

/** One tape and what became of it. */
interface Replayed {
  readonly tape: string;
  readonly verdict: Replay['verdict'];
  readonly replay: Replay | null;
  readonly doubt: { readonly code: string; readonly detail: string } | null;
  readonly notes: readonly Note[];
}

/** Worth saying, and no reason to doubt what was found. */
interface Note {
  readonly code: 'other_build' | 'not_closed' | 'torn_tail';
  readonly detail: string;
}

/**
 * `holdfast replay`: feeds what an engine heard to this build's core again. 0 when every effect and
 * every record is the same to the byte, 1 at the first that is not, 2 when that cannot be told.
 */
export function replay(options: ReplayCommandOptions, io: ReplayIo): ExitCode {
  const { json } = options;
  const path = resolve(io.cwd, options.path);
  const place = shown(path, io.cwd);
  let tapes: readonly string[];
  try {
    tapes = tapesAt(path);
  } catch (error) {
    return couldNotTell(io, json, systemTrouble(place, error));
  }
  if (tapes.length === 0) {
    const detail = 'no event tape is in this folder: give the folder of a run, or a tape';
    return couldNotTell(io, json, { place, rule: 'no_tape', detail });
  }
  const isFolder = tapes[0] !== path;
  const ledger =
    options.ledger === undefined
      ? ledgerOf(isFolder ? path : dirname(path))
      : resolve(io.cwd, options.ledger);
  const buildId = ownBuild(io.root);
  const replayed = tapes.map((tape) => replayOne(tape, ledger, buildId, io.cwd));
  const missing = isFolder ? missingTapes(ledger, replayed) : [];
  const verdict = verdictOf(replayed, missing);
  if (json) tellJson(io, { path: place, verdict, tapes: replayed.map(documentOf), missing });
  else {
    for (const each of replayed) tellOne(each, io);
    for (const trouble of missing) complain(io, { place, rule: trouble.code, ...trouble });
    if (tapes.length + missing.length > 1) tell(io, `${place} ${SENTENCE[verdict]}`);
  }
  return CODES[verdict];
}

const CODES = { equal: 0, different: 1, unknown: 2 } as const;
const SENTENCE = {
  equal: 'replays equal',
  different: 'replays differently',
  unknown: 'cannot be told',
} as const;

/** A file stands for itself, whatever its name. */
function tapesAt(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return listTapes(path);
}

/** Null where this checkout cannot say what it is: then it is another build than any. */
function ownBuild(root: string): string | null {
  const build = readBuildIdentity(root);
  return build.ok ? build.buildId : null;
}

function replayOne(tape: string, ledger: string, buildId: string | null, cwd: string): Replayed {
  const name = shown(tape, cwd);
  try {
    const found = replayFile(tape, ledger);
    const { verdict, doubt } = found;
    return { tape: name, verdict, replay: found, doubt, notes: notesOf(found, buildId) };
  } catch (error) {
    const { rule, detail } = systemTrouble(name, error);
    const doubt = { code: rule, detail };
    return { tape: name, verdict: 'unknown', replay: null, doubt, notes: [] };
  }
}

function notesOf({ header, finish }: Replay, buildId: string | null): readonly Note[] {
  const notes: Note[] = [];
  if (header !== null && header.session.buildId !== buildId) {
    const own = buildId ?? 'one that cannot say what it is';
    const detail = `recorded by build ${header.session.buildId}, replayed by ${own}`;
    notes.push({ code: 'other_build', detail });
  }
  if (finish === null || finish.end !== null) return notes;
  const detail = 'the process was killed, or runs still: what it did last may not be here';
  notes.push({ code: 'not_closed', detail });
  if (finish.tornBytes > 0) {
    notes.push({ code: 'torn_tail', detail: `${finish.tornBytes} bytes of an interrupted write` });
  }
  return notes;
}

function missingTapes(ledger: string, replayed: readonly Replayed[]): readonly MissingTape[] {
  const replays = replayed.flatMap((each) => (each.replay === null ? [] : [each.replay]));
  // A ledger that cannot be read has been complained of with each tape.
  if (replays.length < replayed.length) return [];
  return untapedSessions(ledger, replays).map(({ epoch, runId }) => ({
    code: 'tape_missing',
    detail: `epoch ${epoch}, run ${runId}, is on record and left no tape`,
  }));
}

interface MissingTape {
  readonly code: 'tape_missing';
  readonly detail: string;
}

function verdictOf(
  replayed: readonly Replayed[],
  missing: readonly MissingTape[],
): Replay['verdict'] {
  if (replayed.some(({ verdict }) => verdict === 'different')) return 'different';
  const isSure = replayed.every(({ verdict }) => verdict === 'equal') && missing.length === 0;
  return isSure ? 'equal' : 'unknown';
}

function documentOf({ tape, verdict, replay: found, doubt, notes }: Replayed): object {
  const header = found?.header ?? null;
  return {
    tape,
    verdict,
    run_id: header?.session.runId ?? null,
    epoch: header?.epoch ?? null,
    build_id: header?.session.buildId ?? null,
    contract_version: header?.session.contractVersion ?? null,
    node: header?.versions.node ?? null,
    from_record: header === null ? null : header.ledger.records + 1,
    resumed_at: header?.resumedAt ?? null,
    events: found?.events ?? 0,
    effects: found?.effects ?? 0,
    records: found?.records ?? 0,
    difference: found === null || found.difference === null ? null : shownOf(found.difference),
    doubt,
    notes,
  };
}

/** Values as text: JSON has no NaN, no set and nothing missing. */
function shownOf({ expected, actual, ...place }: Difference): object {
  return { ...place, expected: describeValue(expected), actual: describeValue(actual) };
}

function tellOne({ tape, verdict, replay: found, doubt, notes }: Replayed, io: ReplayIo): void {
  tell(io, `${tape} ${SENTENCE[verdict]}`);
  const header = found?.header ?? null;
  if (found !== null && header !== null) {
    const { session, epoch, ledger, resumedAt } = header;
    tell(io, `  run      ${session.runId}, epoch ${epoch}, contract ${session.contractVersion}`);
    tell(io, `  from     record ${ledger.records + 1}, ${new Date(resumedAt).toISOString()}`);
    const { events, effects, records } = found;
    tell(io, `  same     ${events} events, ${effects} effects, ${records} records`);
  }
  for (const { code, detail } of notes) tell(io, `  note     ${code}: ${detail}`);
  if (found?.difference) tellDifference(found.difference, io);
  if (doubt !== null) complainOf(tape, doubt, io);
}

function complainOf(
  place: string,
  { code, detail }: Pick<Doubt, 'detail'> & { code: string },
  io: ReplayIo,
): void {
  complain(io, { place, rule: code, detail });
}

const VALUE_LENGTH = 400;

function tellDifference(difference: Difference, io: ReplayIo): void {
  const { what, event, kind, at, index, path, expected, actual } = difference;
  const turn = event === 0 ? 'the resumption' : `event ${event}, ${kind ?? 'unknown'}`;
  const place = index === null ? what : `${what} ${index}`;
  tell(io, `  differs  at ${turn}, ${new Date(at).toISOString()}: ${place}`);
  tell(io, `  path     ${path === '' ? 'the whole' : path}`);
  tell(io, `  expected ${describeValue(expected).slice(0, VALUE_LENGTH)}`);
  tell(io, `  actual   ${describeValue(actual).slice(0, VALUE_LENGTH)}`);
}
