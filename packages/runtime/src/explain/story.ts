import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Decision } from '@holdfast/core';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { type DecisionEntry, readDecisionLog } from '../decision-log.ts';
import { folderSource, scanLedger } from '../ledger/index.ts';
import type { RunFolder } from '../run/folder.ts';
import { readWireLog, type WireMessage } from '../wire-log.ts';

export interface ToldDecision {
  readonly runId: string;
  readonly sequence: number;
  readonly at: number;
  readonly decision: Decision;
}

export interface ToldRecord {
  readonly sequence: number;
  readonly record: LedgerRecord;
}

/** Everything a run's folder knows of one intent, each list oldest first. */
export interface Story {
  readonly subject: string;
  readonly intentIds: readonly string[];
  readonly labels: readonly string[];
  readonly decisions: readonly ToldDecision[];
  readonly records: readonly ToldRecord[];
  readonly wire: readonly WireMessage[];
  /** What is missing in what was read: a story with holes says so. */
  readonly gaps: readonly string[];
}

/**
 * Collects the story of `subject`: an intent id (`group:leg`), a group id, or a label. The decision
 * log names the label; ledger and wire log are searched by it. Reads only.
 */
export async function collectStory(folder: RunFolder, subject: string): Promise<Story> {
  const gaps: string[] = [];
  const labels = new Set<string>();
  const intentIds = new Set<string>();
  if (subject.startsWith('s4:')) labels.add(subject);
  const records = findRecords(folder, subject, labels, gaps);
  const decisions = await findDecisions(folder, subject, labels, intentIds, gaps);
  // A label that only the decision log knew has its records as well.
  const all = records.length > 0 ? records : findRecords(folder, subject, labels, []);
  const wire = await findWire(folder, labels, gaps);
  return {
    subject,
    intentIds: [...intentIds],
    labels: [...labels],
    decisions,
    records: all,
    wire,
    gaps,
  };
}

function findRecords(
  folder: RunFolder,
  subject: string,
  labels: Set<string>,
  gaps: string[],
): readonly ToldRecord[] {
  if (!existsSync(folder.ledger)) {
    gaps.push('there is no ledger in this folder');
    return [];
  }
  const found: ToldRecord[] = [];
  const trades = new Set<string>();
  const scan = scanLedger(folderSource(folder.ledger));
  let step = scan.next();
  for (; step.done !== true; step = scan.next()) {
    const { sequence, record } = step.value;
    if (record.type === 'intentRecorded' && isOfGroup(record.terms, subject)) {
      labels.add(record.terms.label);
    }
    const label = labelOf(record);
    const isOurs = label !== null && labels.has(label);
    if (isOurs && record.type === 'fillRecorded') trades.add(record.tradeId);
    if (isOurs || isCashOf(record, trades)) found.push({ sequence, record });
  }
  const { damage } = step.value;
  if (damage !== null) gaps.push(`the ledger is damaged: ${damage.code} in ${damage.segment}`);
  return found;
}

/** What the venue's account of our cash said of these trades. */
function isCashOf(record: LedgerRecord, trades: ReadonlySet<string>): boolean {
  if (record.type !== 'cashRecorded' && record.type !== 'cashMismatched') return false;
  return record.tradeId !== null && trades.has(record.tradeId);
}

function isOfGroup(terms: { groupId: string; legIndex: number }, subject: string): boolean {
  return subject === terms.groupId || subject === `${terms.groupId}:${terms.legIndex}`;
}

function labelOf(record: LedgerRecord): string | null {
  if (record.type === 'intentRecorded') return record.terms.label;
  return 'label' in record ? record.label : null;
}

async function findDecisions(
  folder: RunFolder,
  subject: string,
  labels: Set<string>,
  intentIds: Set<string>,
  gaps: string[],
): Promise<readonly ToldDecision[]> {
  if (!existsSync(folder.decisions)) {
    gaps.push('there is no decision log in this folder');
    return [];
  }
  const found: ToldDecision[] = [];
  const lines = createInterface({ input: createReadStream(folder.decisions) });
  for await (const entry of readDecisionLog(lines)) {
    if (entry.kind !== 'decision') gaps.push(gapText(entry));
    else if (isAbout(entry.decision, subject, labels)) {
      const { decision } = entry;
      if ('intentId' in decision) intentIds.add(decision.intentId);
      if ('label' in decision && decision.label !== null) labels.add(decision.label);
      const { runId, sequence, at } = entry;
      found.push({ runId, sequence, at, decision });
    }
  }
  return found;
}

function isAbout(decision: Decision, subject: string, labels: ReadonlySet<string>): boolean {
  if ('label' in decision && decision.label !== null && labels.has(decision.label)) return true;
  if (!('intentId' in decision)) return false;
  return decision.intentId === subject || decision.intentId.startsWith(`${subject}:`);
}

function gapText(entry: Exclude<DecisionEntry, { kind: 'decision' }>): string {
  if (entry.kind === 'unreadable')
    return `line ${entry.line} of the decision log is no line of ours`;
  const told = entry.declared ? 'lost, and said so' : 'missing without a word';
  return `${entry.count} decisions from ${entry.sequence} of run ${entry.runId} are ${told}`;
}

async function findWire(
  folder: RunFolder,
  labels: ReadonlySet<string>,
  gaps: string[],
): Promise<readonly WireMessage[]> {
  if (!existsSync(folder.wire)) {
    gaps.push('there is no wire log in this folder');
    return [];
  }
  const found: WireMessage[] = [];
  const requests = new Set<string>();
  for await (const entry of readWireLog(folder.wire)) {
    if ('gap' in entry) {
      gaps.push(`${entry.gap} wire messages of run ${entry.run_id} were lost`);
      continue;
    }
    const request = `${entry.run_id}:${entry.id}`;
    const isOurs = entry.label !== null && labels.has(entry.label);
    // An answer is found by the number of its request, whatever it says.
    if (isOurs && entry.id !== null) requests.add(request);
    if (isOurs || (entry.id !== null && requests.has(request))) found.push(entry);
  }
  return found;
}
