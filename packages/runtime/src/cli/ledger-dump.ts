import { resolve } from 'node:path';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { type DumpFormat, dumpLedger } from '../ledger/index.ts';
import { complain, couldNotTell, type ExitCode, type Io, printable, systemTrouble } from './io.ts';
import { NO_SEGMENT } from './ledger-verify.ts';

/** The name each record has on disk. */
export const RECORD_TYPES = {
  sessionStarted: 'session_started',
  policyActivated: 'policy_activated',
  intentRecorded: 'intent_recorded',
  orderSending: 'order_sending',
  orderAbandoned: 'order_abandoned',
  orderAcked: 'order_acked',
  orderClosed: 'order_closed',
  fillRecorded: 'fill_recorded',
  settlementRecorded: 'settlement_recorded',
  latchSet: 'latch_set',
  latchCleared: 'latch_cleared',
  operatorCommandRecorded: 'operator_command_recorded',
  instrumentClosed: 'instrument_closed',
  anomalyRecorded: 'anomaly_recorded',
  ledgerProbed: 'ledger_probed',
  equityMarked: 'equity_marked',
  lossLatched: 'loss_latched',
  lossLatchReset: 'loss_latch_reset',
  presenceRecorded: 'presence_recorded',
  groupRecorded: 'group_recorded',
  groupStateChanged: 'group_state_changed',
  containmentPlanned: 'containment_planned',
  atomicNakedEventRecorded: 'atomic_naked_event_recorded',
  cashBegun: 'cash_begun',
  cashRecorded: 'cash_recorded',
  cashMismatched: 'cash_mismatched',
  cashAcknowledged: 'cash_acknowledged',
  reductionTakenOver: 'reduction_taken_over',
} as const satisfies Record<LedgerRecord['type'], string>;

export const DUMP_FORMATS = ['json', 'text'] as const satisfies readonly DumpFormat[];

export interface LedgerDumpOptions {
  readonly folder: string;
  readonly format: DumpFormat;
  /** First sequence to show. */
  readonly from?: number;
  /** Show records of this type alone; a name of `RECORD_TYPES`. */
  readonly type?: string;
}

/** Lines leave in pieces of about so many characters; between two we hear whether anybody reads. */
const PIECE_LENGTH = 65_536;

/**
 * Every record on a line, oldest first; changes nothing. A torn tail is a note beside a 0, damage
 * ends the dump with a 1. A reader that has seen enough ends it too.
 */
export async function dumpLedgerFolder(options: LedgerDumpOptions, io: Io): Promise<ExitCode> {
  const { folder, format } = options;
  const lines = dumpLedger(resolve(io.cwd, folder), format);
  let piece: string[] = [];
  let length = 0;
  const send = (): void => {
    if (piece.length > 0) io.out(piece.join('\n'));
    piece = [];
    length = 0;
  };
  for (;;) {
    let step: ReturnType<typeof lines.next>;
    try {
      step = lines.next();
    } catch (error) {
      send();
      return couldNotTell(io, false, systemTrouble(folder, error));
    }
    if (step.done === true) {
      send();
      return sayEnd(folder, step.value, io);
    }
    if (!isWanted(step.value, options)) continue;
    piece.push(format === 'text' ? printable(step.value) : step.value);
    length += step.value.length;
    if (length < PIECE_LENGTH) continue;
    send();
    if ((await io.flushed()) !== 'delivered') return 0;
  }
}

function isWanted(line: string, { format, from, type }: LedgerDumpOptions): boolean {
  if (from === undefined && type === undefined) return true;
  const head = format === 'json' ? headOfJson(line) : headOfText(line);
  return head.sequence >= (from ?? 0) && (type === undefined || head.type === type);
}

interface LineHead {
  readonly sequence: number;
  readonly type: string | undefined;
}

function headOfJson(line: string): LineHead {
  const { sequence, record }: JsonLine = JSON.parse(line);
  return { sequence, type: record?.record_type };
}

interface JsonLine {
  readonly sequence: number;
  readonly record?: { readonly record_type: string };
}

function headOfText(line: string): LineHead {
  const [sequence, , type = ''] = line.trimStart().split(/ +/, 3);
  return { sequence: Number(sequence), type: (RECORD_TYPES as Names)[type] };
}

type Names = Readonly<Record<string, string>>;

type DumpEnd = Extract<ReturnType<ReturnType<typeof dumpLedger>['next']>, { done: true }>['value'];

function sayEnd(folder: string, end: DumpEnd, io: Io): ExitCode {
  if (end.segments === 0) {
    return couldNotTell(io, false, { place: folder, rule: 'no_ledger', detail: NO_SEGMENT });
  }
  if (end.tornTail !== null) {
    const { file, offset, bytes } = end.tornTail;
    const detail = `note, no damage: ${bytes} bytes of an interrupted write, or of one in progress`;
    complain(io, { place: `${file.name}:${offset}`, rule: 'torn_tail', detail });
  }
  if (end.damage === null) return 0;
  const { code, segment, offset, sequence, detail } = end.damage;
  complain(io, {
    place: `${segment}:${offset}`,
    rule: code,
    detail: `record ${sequence}: ${detail}`,
  });
  return 1;
}
