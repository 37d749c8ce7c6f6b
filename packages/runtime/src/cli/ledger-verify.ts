import { resolve } from 'node:path';
import type { LedgerRecord } from '@holdfast/core/ledger';
import {
  folderSource,
  type LedgerFinding,
  type LedgerVerification,
  scanLedger,
  verifyLedger,
} from '../ledger/index.ts';
import {
  complain,
  couldNotTell,
  type ExitCode,
  type Io,
  systemTrouble,
  tell,
  tellJson,
} from './io.ts';

export interface LedgerVerifyOptions {
  readonly folder: string;
  readonly json: boolean;
}

/**
 * Reads every byte of a ledger, changes nothing. 1 for what no crash explains; a torn tail is a
 * note beside a 0, since an interrupted write explains it and the next start sets it aside; 2 where
 * there is no ledger to judge.
 */
export function verifyLedgerFolder(options: LedgerVerifyOptions, io: Io): ExitCode {
  const { folder, json } = options;
  const path = resolve(io.cwd, folder);
  let verification: LedgerVerification;
  let sessions: Sessions;
  try {
    verification = verifyLedger(path);
    sessions = readSessions(path);
  } catch (error) {
    return couldNotTell(io, json, systemTrouble(folder, error));
  }
  // A writer begins its first segment before its first record: a folder without one is no ledger.
  if (verification.segments === 0) {
    return couldNotTell(io, json, { place: folder, rule: 'no_ledger', detail: NO_SEGMENT });
  }
  const { records, segments, head } = verification;
  const findings = verification.findings.map((finding) => describe(finding, head.sequence));
  const isDamaged = findings.some((finding) => finding.severity === 'damage');
  const verdict = isDamaged ? 'damaged' : 'sound';
  if (json) {
    tellJson(io, { folder, verdict, records, segments, sessions, head, findings });
    return isDamaged ? 1 : 0;
  }
  const before = isDamaged ? ' before the damage' : '';
  tell(io, `${folder} is ${verdict}`);
  tell(io, `  records   ${records}${before}`);
  tell(io, `  segments  ${segments}`);
  tell(io, `  sessions  ${sessions.count}${before}${describeLast(sessions)}`);
  tell(io, `  head      ${head.sequence} ${head.hash}`);
  for (const { code, severity, segment, offset, sequence, detail } of findings) {
    const place = `${segment}:${offset}`;
    const about = severity === 'note' ? 'note, no damage: ' : '';
    complain(io, { place, rule: code, detail: `${about}record ${sequence}: ${detail}` });
  }
  return isDamaged ? 1 : 0;
}

export const NO_SEGMENT = 'the folder holds no ledger segment';

interface Described {
  readonly code: string;
  readonly severity: 'damage' | 'note';
  readonly segment: string;
  readonly offset: number;
  /** The record expected at this place. */
  readonly sequence: number;
  readonly detail: string;
}

function describe(finding: LedgerFinding, headSequence: number): Described {
  if (finding.kind === 'damage') {
    const { code, segment, offset, sequence, detail } = finding;
    return { code, severity: 'damage', segment, offset, sequence, detail };
  }
  const { segment, offset, bytes } = finding;
  return {
    code: 'torn_tail',
    severity: 'note',
    segment,
    offset,
    sequence: headSequence + 1,
    detail: `${bytes} bytes of an interrupted write, or of one in progress; a start saves them`,
  };
}

interface Sessions {
  readonly count: number;
  readonly last: Session | null;
}

interface Session {
  readonly sequence: number;
  readonly recorded_ts: number;
  readonly run_id: string;
  readonly epoch: number;
  readonly build_id: string;
}

function readSessions(path: string): Sessions {
  let count = 0;
  let last: Session | null = null;
  for (const { sequence, record } of scanLedger(folderSource(path))) {
    if (record.type !== 'sessionStarted') continue;
    count += 1;
    last = sessionOf(sequence, record);
  }
  return { count, last };
}

function sessionOf(
  sequence: number,
  record: Extract<LedgerRecord, { type: 'sessionStarted' }>,
): Session {
  const { at, runId, epoch, buildId } = record;
  return { sequence, recorded_ts: at, run_id: runId, epoch, build_id: buildId };
}

function describeLast({ last }: Sessions): string {
  if (last === null) return '';
  const at = new Date(last.recorded_ts).toISOString();
  return `, the last from ${at}: epoch ${last.epoch}, run ${last.run_id}`;
}
