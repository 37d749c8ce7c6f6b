/** What is on record: reports, step logs, the ledger, and whether all of it is what it was. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { entryDocument, readBounded } from '@holdfast/runtime/proof';
import { renderStepLog } from '../operations/audit/step-log.ts';
import { verifyAudit } from '../operations/audit/verify-audit.ts';
import { EXIT_CODES, type ExitCode } from '../operations/run/exit-code.ts';
import { anchorEntry } from '../operations/signoff/anchor.ts';
import {
  checkHistory,
  checkMessageFile,
  checkPush,
  checkRange,
  checkStaged,
} from '../operations/signoff/commit-check.ts';
import type { CommitFault } from '../operations/signoff/commit-check.ts';
import { installHooks } from '../operations/signoff/hooks.ts';
import { findEntry } from '../operations/signoff/ledger.ts';
import { entriesOf } from '../operations/signoff/ledger-event.ts';
import { readLedger } from '../operations/signoff/ledger-file.ts';
import { verifyLedger } from '../operations/signoff/verify-ledger.ts';
import { type Io, refuse } from './io.ts';
import { runFolderOf, type Workplace } from './workplace.ts';

const REPORT_LIMIT = 1 << 24;

/** The report as it was sealed; what is not the operation's log is not told. */
export function report(place: Workplace, id: string, steps: boolean, io: Io): ExitCode {
  const folder = runFolderOf(place, id);
  const { records, findings } = verifyAudit(folder);
  const [finding] = findings;
  if (finding !== undefined) {
    return refuse(io, EXIT_CODES.integrity_violation, finding.code, finding.detail);
  }
  if (steps) {
    io.out(renderStepLog(records).trimEnd());
    return EXIT_CODES.ok;
  }
  const read = readBounded(join(folder, 'report.md'), REPORT_LIMIT);
  if (!read.ok) return refuse(io, EXIT_CODES.rolled_back, 'report_missing', read.detail);
  io.out(read.bytes.toString('utf8').trimEnd());
  return EXIT_CODES.ok;
}

export function ledgerList({ root }: Workplace, io: Io): ExitCode {
  for (const entry of entriesOf(readLedger(root).events)) {
    const { operation_id: id, outcome, risk_class: risk, approved_by: by } = entry;
    const last = entry.amendments.at(-1)?.outcome ?? outcome;
    io.out(`${id}  ${last.padEnd(8)}  ${risk.padEnd(16)}  ${by ?? '-'}  ${entry.operation_name}`);
  }
  return EXIT_CODES.ok;
}

export function ledgerShow({ root }: Workplace, id: string, io: Io): ExitCode {
  const entry = findEntry(root, id);
  if (entry === null) {
    return refuse(io, EXIT_CODES.rolled_back, 'operation_unknown', `${id} is in no entry`);
  }
  io.out(entryDocument(entry).trimEnd());
  return EXIT_CODES.ok;
}

/** Every chain, view, log and, where asked, tag. */
export function ledgerVerify({ root }: Workplace, anchors: boolean, io: Io): ExitCode {
  const findings = verifyLedger(root, { anchors });
  for (const { code, operand, detail } of findings) io.err(`${code} ${operand}: ${detail}`);
  if (findings.length > 0) return EXIT_CODES.integrity_violation;
  io.out(`${entriesOf(readLedger(root).events).length} entries, all as they were written`);
  return EXIT_CODES.ok;
}

/** The entry as an annotated tag: a witness outside of the files. */
export function ledgerAnchor({ root }: Workplace, id: string, io: Io): ExitCode {
  const entry = findEntry(root, id);
  if (entry === null) {
    return refuse(io, EXIT_CODES.rolled_back, 'operation_unknown', `${id} is in no entry`);
  }
  const anchored = anchorEntry(root, entry);
  if (!anchored.ok)
    return refuse(io, EXIT_CODES.integrity_violation, anchored.code, anchored.detail);
  io.out(`tagged ${anchored.tag}`);
  return EXIT_CODES.ok;
}

function tellCommitFaults(faults: readonly CommitFault[], io: Io): ExitCode {
  for (const { code, operand, detail } of faults) io.err(`${code} ${operand}: ${detail}`);
  return faults.length === 0 ? EXIT_CODES.ok : EXIT_CODES.rolled_back;
}

/** What continuous integration asks: of a range of commits, or of all since the first operation. */
export function check({ root }: Workplace, range: string | undefined, io: Io): ExitCode {
  if (range !== undefined) return tellCommitFaults(checkRange(root, range), io);
  const checked = checkHistory(root, 'HEAD');
  if (!checked.enforced) {
    io.out('not enforced: no operation is on record yet, and the rule begins with the first');
    return EXIT_CODES.ok;
  }
  if (checked.faults.length === 0) {
    io.out(`${checked.commits} commits, every governed change with its sealed operation`);
  }
  return tellCommitFaults(checked.faults, io);
}

/** What the hooks of a clone ask; the check over a range asks it again. */
export function hook(
  { root }: Workplace,
  name: string,
  word: string | undefined,
  io: Io,
): ExitCode {
  if (name === 'pre-commit') return tellCommitFaults(checkStaged(root), io);
  if (name === 'commit-msg' && word !== undefined) {
    return tellCommitFaults(checkMessageFile(root, word), io);
  }
  if (name === 'pre-push' && word !== undefined) {
    return tellCommitFaults(checkPush(root, word, readFileSync(0, 'utf8')), io);
  }
  return refuse(io, EXIT_CODES.invalid, 'hook_unknown', name);
}

export function install({ root }: Workplace, io: Io): ExitCode {
  const own = join(import.meta.dirname, '../../../..', 'bin', 'holdfast.js');
  const installed = installHooks(root, [own, 'ops', '--root', root, 'hook']);
  if (!installed.ok) return refuse(io, EXIT_CODES.rolled_back, installed.code, installed.detail);
  for (const path of installed.paths) io.out(`installed ${path}`);
  return EXIT_CODES.ok;
}
