/**
 * Processes on the real file ledger, killed by SIGKILL between the proposal of an order and the
 * news of it, one after another on what the one before left behind. Run as a program it prints what
 * became of it: crash-chain.ts <chains> <kills each>
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apply, createFacts, type Facts } from '@holdfast/core/facts';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { label } from '@holdfast/core/values';
import { openFileLedger, verifyLedger } from '../src/ledger/index.ts';
import type { Replay } from '../src/replay/index.ts';
import { replayFile } from '../src/replay/replay-run.ts';
import { listTapes } from '../src/replay/run-tapes.ts';
import { realClock } from './ledger-harness.ts';
import { type Placement, readJournal } from './paper-venue.ts';

/** In the order an order meets them. */
export const POINTS = [
  'proposed',
  'admitted',
  'handed to the ledger',
  'while it is written',
  'durable',
  'about to be sent',
  'at the venue',
  'answered',
  'acknowledged',
] as const;
const CHILD = fileURLToPath(new URL('./crash-child.ts', import.meta.url));

export interface Chain {
  readonly kills: string[];
  readonly placements: Placement[];
  readonly canceled: ReadonlySet<string>;
  readonly records: LedgerRecord[];
  readonly facts: Facts;
  readonly verified: ReturnType<typeof verifyLedger>;
  /** Of every process's tape, in order. */
  readonly replays: readonly Replay[];
  /** What the process that was left alive saw in the end. */
  readonly survivor: { readonly mode: string; readonly positions: readonly number[] };
}

/** @param chain counted from 0; it says at which points. @param place a folder of its own. */
export async function crashAndRecover(
  place: string,
  chain: number,
  killsEach: number,
): Promise<Chain> {
  const kills: string[] = [];
  for (let life = 0; life < killsEach; life += 1) {
    const turn = chain * killsEach + life;
    const point = POINTS[turn % POINTS.length] ?? 'proposed';
    const { signal, errors } = await live(place, point, turn % 3 === 2 ? 'rests' : 'ioc');
    if (signal !== 'SIGKILL') throw new Error(`not killed at "${point}": ${errors}`);
    kills.push(point);
  }
  const last = await live(place, 'none', 'ioc');
  if (last.signal !== null) throw new Error(`the survivor died: ${last.errors}`);
  const records = await recordsOf(join(place, 'ledger'));
  const facts = createFacts();
  for (const record of records) apply(facts, record);
  const journal = readJournal(join(place, 'venue.jsonl'));
  return {
    kills,
    placements: journal.flatMap((line) => ('placed' in line ? [line.placed] : [])),
    canceled: new Set(journal.flatMap((line) => ('canceled' in line ? [line.canceled] : []))),
    records,
    facts,
    verified: verifyLedger(join(place, 'ledger')),
    replays: listTapes(place).map((tape) => replayFile(tape, join(place, 'ledger'))),
    survivor: JSON.parse(last.output),
  };
}

interface Life {
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

function live(place: string, point: string, kind: string): Promise<Life> {
  const child = spawn(process.execPath, [CHILD, place, point, kind]);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ signal: code === 0 ? null : (signal ?? 'SIGABRT'), output, errors });
    });
  });
}

async function recordsOf(ledgerFolder: string): Promise<LedgerRecord[]> {
  const records: LedgerRecord[] = [];
  const { ledger } = await openFileLedger({
    folder: ledgerFolder,
    post: () => undefined,
    clock: realClock,
    runId: 'reader',
    queueCapacity: 10,
    commitDeadlineMs: 1_000,
    segmentBytes: 65_536,
    onRecord: (record) => records.push(record),
  });
  await ledger.close();
  return records;
}

/** The last word of the ledger on every order, and what the venue says against it. */
function told({ kills, placements, canceled, records, facts, verified, survivor }: Chain): object {
  const atVenue = new Set(placements.map((order) => order.label));
  let isReconciled = false;
  let early = 0;
  for (const { type } of records) {
    if (type === 'sessionStarted') isReconciled = false;
    if (type === 'latchCleared') isReconciled = true;
    if (type === 'orderSending' && !isReconciled) early += 1;
  }
  const ended = placements.filter(({ label: name, id, rests }) => {
    const state = facts.orders.get(label(name))?.state;
    return rests ? state === 'Canceled' && canceled.has(id) : state === 'Filled';
  });
  const marked = records.flatMap((each) => (each.type === 'orderSending' ? [each.label] : []));
  return {
    kills,
    sessions: records.filter(({ type }) => type === 'sessionStarted').length,
    records: records.length,
    ledger_verified: verified.ok,
    intents: records.filter(({ type }) => type === 'intentRecorded').length,
    markers: marked.length,
    orders_at_venue: placements.length,
    duplicate_dispatch_count: placements.length - atVenue.size,
    orders_without_marker: placements.filter((each) => !marked.includes(label(each.label))).length,
    orders_ended_as_at_venue: ended.length,
    ghost_orders: records.filter((each) => each.type === 'anomalyRecorded' && isGhost(each)).length,
    sent_outside_active: placements.filter(({ mode }) => mode !== 'Active').length,
    sent_before_reconciled: early,
    working_left: facts.working.size,
    survivor,
  };
}

const isGhost = ({ anomaly }: Extract<LedgerRecord, { type: 'anomalyRecorded' }>): boolean =>
  anomaly === 'ghost_order' || anomaly === 'fill_without_order';

async function main(chains: number, killsEach: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-crash-chain-'));
  try {
    const made: object[] = [];
    for (let chain = 0; chain < chains; chain += 1) {
      made.push(told(await crashAndRecover(join(folder, String(chain)), chain, killsEach)));
    }
    process.stdout.write(JSON.stringify(made));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) await main(Number(process.argv[2] ?? 1), Number(process.argv[3] ?? 9));
