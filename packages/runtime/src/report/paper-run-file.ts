import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { parseText } from '@holdfast/core/parse';
import { type PaperRun, parsePaperRun } from '@holdfast/core/proof';
import { systemTrouble, type Trouble } from '../cli/io.ts';
import { readBounded } from '../proof/bounded-file.ts';
import type { RunReport } from './run-report.ts';

/** Name of the document in a run folder. */
export const PAPER_RUN = 'paper-run.json';
/** A run with as many gaps as are listed has about a megabyte. */
const BYTES_MAX = 1 << 24;

export type PaperRunRead =
  | { readonly ok: true; readonly run: PaperRun }
  | { readonly ok: false; readonly trouble: Trouble };

/** The document of one run on a paper venue, or the first thing that is wrong with it. */
export function readPaperRun(path: string): PaperRunRead {
  const read = readBounded(path, BYTES_MAX);
  if (!read.ok) {
    return { ok: false, trouble: { place: path, rule: `file_${read.fault}`, detail: read.detail } };
  }
  const parsed = parseText(read.bytes.toString('utf8'), parsePaperRun);
  if (parsed.ok) return { ok: true, run: parsed.value };
  const [{ path: where, rule, message }] = parsed.violations;
  return { ok: false, trouble: { place: path, rule, detail: `${where}: ${message}` } };
}

/**
 * Adds to the document what the engine has to say of the run. The exchange that kept it has ended.
 * @returns what went wrong; the document then says nothing of an engine, which is no pass.
 */
export function sealPaperRun(path: string, report: RunReport): Trouble | null {
  if (!existsSync(path)) {
    return { place: path, rule: 'not_found', detail: 'the exchange kept no document of the run' };
  }
  const read = readPaperRun(path);
  if (!read.ok) return read.trouble;
  const sealed: PaperRun = { ...read.run, engine: engineOf(report) };
  const next = `${path}.next`;
  try {
    writeFileSync(next, `${JSON.stringify(sealed, null, 2)}\n`);
    renameSync(next, path);
    return null;
  } catch (error) {
    return systemTrouble(path, error);
  }
}

function engineOf(report: RunReport): NonNullable<PaperRun['engine']> {
  return {
    run_id: report.run_id,
    environment: report.environment,
    build_id: report.build_id,
    positions_equal_venue: report.positions_equal_venue,
    orders_left_open: report.orders_left_open,
    // Nothing in this build contains anything by itself: there is nothing to tell.
    containment_events: [],
    ledger_verified: report.ledger_verified && report.facts_equal_refold,
    invariant_violation: report.invariant_violation,
  };
}
