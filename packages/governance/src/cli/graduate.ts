/**
 * `holdfast graduate`: what the diary says a policy has earned, and what is missing (promotion-gate
 * specification, section 6.1). It shows; a promotion is another command's.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readJson } from '@holdfast/core/parse';
import { messageOf } from '@holdfast/runtime/proof';
import { Diary } from '../evidence/diary.ts';
import { evidenceEntryOf } from '../evidence/evidence-entry.ts';
import { assess } from '../promotion/graduation/assess.ts';
import {
  assessmentJson,
  assessmentText,
  type Assessed,
} from '../promotion/graduation/assessment-text.ts';
import {
  type ConfigLoad,
  type GraduationConfig,
  loadGraduationConfig,
} from '../promotion/graduation/config.ts';
import { parseHours } from '../promotion/graduation/window.ts';
import { findingOf } from '../promotion/ledger/evidence.ts';
import { foldLedger, type LedgerState } from '../promotion/ledger/fold.ts';
import { postureOf } from '../promotion/ledger/posture-of.ts';
import { readLedgerWithView } from '../promotion/ledger/view-file.ts';
import type { GovernanceEvent } from '../store/event.ts';
import { openStore } from '../store/open.ts';
import type { GovernanceStore } from '../store/store.ts';
import { type Io, printable } from './io.ts';

export interface GraduateWords {
  /** A folder, or the address of a PostgreSQL. */
  readonly store: string;
  readonly environment: GraduationConfig['environment'];
  /** The projection, held against the chain. */
  readonly ledger?: string;
  readonly config?: string;
  readonly policyId: readonly string[];
  readonly allowUnknown: boolean;
  readonly hours?: string;
  readonly json: boolean;
  readonly indent: string;
  readonly failOnBlockers: boolean;
}

const [DONE, FAILED, UNUSABLE, BLOCKED] = [0, 1, 2, 3] as const;

interface Known {
  readonly ledger: LedgerState;
  readonly diary: Diary;
}

/** @param now epoch ms. */
export async function graduate(
  words: GraduateWords,
  { cwd, now }: { readonly cwd: string; readonly now: number },
  io: Io,
): Promise<number> {
  const asked = readWords(words, cwd);
  if (typeof asked === 'string') return say(io, UNUSABLE, asked);
  let known: Known;
  try {
    known = await readKnown(words, cwd);
  } catch (error) {
    return say(io, FAILED, messageOf(error));
  }
  const ids = policiesOf(words, known);
  if (ids.length === 0) return say(io, UNUSABLE, 'no policies available to assess');
  const unknown = ids.find((id) => !isKnown(known, id));
  if (unknown !== undefined && !words.allowUnknown) {
    return say(io, UNUSABLE, `unknown policy ${unknown}`);
  }
  const assessed = ids.map((id): Assessed => {
    const posture = postureOf(known.ledger, id, now, findingsOf(known, id, now));
    const reading = known.diary.readingOf(id);
    return { assessment: assess(reading, posture, asked.config, now, asked.hours), applied: null };
  });
  const text = words.json ? assessmentJson(assessed, asked.indent) : assessmentText(assessed);
  // Ids are anybody's words; JSON escapes them itself.
  for (const line of text.split('\n')) io.out(words.json ? line : printable(line));
  const isBlocked = assessed.some(({ assessment: { next_gate: gate, gate_status: status } }) => {
    return gate !== null && status[gate] !== 'clear';
  });
  return words.failOnBlockers && isBlocked ? BLOCKED : DONE;
}

interface Asked {
  readonly config: GraduationConfig;
  readonly hours: number | null;
  readonly indent: number;
}

function readWords(words: GraduateWords, cwd: string): Asked | string {
  const hours = words.hours === undefined ? null : parseHours(words.hours);
  if (hours?.ok === false) return hours.detail;
  if (!/^\d$/.test(words.indent)) return `--indent takes a digit, not '${words.indent}'`;
  const ledger = words.ledger === undefined ? null : resolve(cwd, words.ledger);
  if (ledger !== null && !existsSync(ledger)) return `policy ledger not found at ${ledger}`;
  const config = readConfig(words, cwd);
  if (typeof config === 'string') return config;
  return { config, hours: hours?.hours ?? null, indent: Number(words.indent) };
}

function readConfig({ config: path, environment }: GraduateWords, cwd: string) {
  let document: unknown = {};
  if (path !== undefined) {
    try {
      const read = readJson(readFileSync(resolve(cwd, path), 'utf8'));
      if (!read.ok) return `${path}: ${read.faults[0].message}`;
      document = read.value;
    } catch (error) {
      return messageOf(error);
    }
  }
  const loaded = loadGraduationConfig(document, environment, null);
  return loaded.ok ? loaded.config : inWords(loaded);
}

function inWords(fault: Extract<ConfigLoad, { ok: false }>): string {
  if (fault.code !== 'config_malformed') return `${fault.code}: ${fault.loosened.join(', ')}`;
  const [first] = fault.violations;
  return `${fault.code}: ${first?.path ?? ''} ${first?.message ?? ''}`;
}

async function readKnown({ store: place, ledger: view }: GraduateWords, cwd: string) {
  const store = await openStore(place.includes('://') ? place : resolve(cwd, place));
  try {
    const events = await allOf(store, 'ledger');
    const ledger =
      view === undefined ? foldLedger(events) : readLedgerWithView(resolve(cwd, view), events);
    const diary = new Diary();
    for await (const event of store.read('diary')) diary.apply(event, 'checked');
    return { ledger, diary };
  } finally {
    await store.close();
  }
}

async function allOf(store: GovernanceStore, domain: 'ledger'): Promise<GovernanceEvent[]> {
  const events: GovernanceEvent[] = [];
  for await (const event of store.read(domain)) events.push(event);
  return events;
}

/** All of the ledger; where it is empty, all of the diary. */
function policiesOf({ policyId }: GraduateWords, { ledger, diary }: Known): readonly string[] {
  const named = policyId.map((id) => id.trim()).filter((id) => id !== '');
  if (policyId.length > 0) return [...new Set(named)].sort();
  const inLedger = [...ledger.policies.keys()].sort();
  return inLedger.length > 0 ? inLedger : diary.policies;
}

const isKnown = ({ ledger, diary }: Known, id: string): boolean =>
  ledger.policies.has(id) || diary.policies.includes(id);

function findingsOf({ ledger, diary }: Known, id: string, now: number) {
  const evidenceId = ledger.policies.get(id)?.record.evidence_id;
  if (evidenceId === undefined) return new Map();
  return new Map([[evidenceId, findingOf(evidenceEntryOf(diary, evidenceId), id, now)]]);
}

function say(io: Io, exit: number, detail: string): number {
  io.err(printable(`error: ${detail}`));
  return exit;
}
