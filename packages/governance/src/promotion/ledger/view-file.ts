/** The view on disk: compared with the chain before it is believed, and before it is written. */
import { basename, dirname, extname, join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { messageOf, readBounded } from '@holdfast/runtime/proof';
import { putDurably } from '../../operations/audit/durable-file.ts';
import type { GovernanceEvent } from '../../store/event.ts';
import { distrust, foldLedger, type LedgerIntegrityError, type LedgerState } from './fold.ts';
import { type LedgerLock, type LockAnswer, type LockOptions, takeLedgerLock } from './lock.ts';
import { judgeView, renderView } from './view.ts';

const VIEW_LIMIT = 1 << 28;

/** What the chain says, distrusted where the view beside it says anything else. */
export function readLedgerWithView(path: string, events: readonly GovernanceEvent[]): LedgerState {
  const state = foldLedger(events);
  const fault = standingOf(path, events);
  return fault === null ? state : distrust(state, fault);
}

/** Null where the view on disk is that of the chain. */
function standingOf(path: string, events: readonly GovernanceEvent[]): LedgerIntegrityError | null {
  const read = readBounded(path, VIEW_LIMIT);
  if (read.ok) return judgeView(read.bytes.toString('utf8'), path, events);
  if (read.fault === 'missing') return judgeView(null, path, events);
  return { error: 'LedgerIntegrityError', code: 'view_unreadable', detail: read.detail };
}

export type Published =
  | {
      readonly ok: true;
      /** Where the copy lies; null where it could not be made. */
      readonly archive: string | null;
    }
  | { readonly ok: false; readonly code: LedgerIntegrityError['code']; readonly detail: string }
  | { readonly ok: false; readonly code: 'view_unwritable' | 'lock_lost'; readonly detail: string };

export interface PublishRequest {
  readonly path: string;
  readonly events: readonly GovernanceEvent[];
  readonly lock: LedgerLock;
  /** ALPHATRADE_ARTIFACT_ROOT. */
  readonly archiveRoot: string;
  /** Epoch ms. */
  readonly now: number;
}

/**
 * Writes the view of a whole chain over a view of it that is missing or behind. One that somebody
 * edited, and a chain that is not what was written, stay as they are.
 */
export function publishView(request: PublishRequest): Published {
  const { path, events, lock } = request;
  const state = foldLedger(events);
  const [broken] = state.faults;
  if (broken !== undefined) return { ok: false, code: broken.code, detail: broken.detail };
  const fault = standingOf(path, events);
  if (fault !== null && fault.code !== 'view_missing' && fault.code !== 'view_behind') {
    return { ok: false, code: fault.code, detail: fault.detail };
  }
  if (!lock.isHeld()) {
    return { ok: false, code: 'lock_lost', detail: `somebody else writes ${path}` };
  }
  const text = renderView(state);
  try {
    if (fault !== null) putDurably(path, text, 0o644);
  } catch (error) {
    return { ok: false, code: 'view_unwritable', detail: messageOf(error) };
  }
  return { ok: true, archive: archiveView(request, text) };
}

/** Best effort: the chain is what counts. */
function archiveView({ path, archiveRoot, now }: PublishRequest, text: string): string | null {
  const [year = '', month = '', day = ''] = new Date(now).toISOString().slice(0, 10).split('-');
  const file = basename(path);
  const stem = basename(path, extname(path));
  const copy = join(archiveRoot, 'ledger_exports', year, month, day, stem, file);
  try {
    mkdirSync(dirname(copy), { recursive: true });
    putDurably(copy, text, 0o644);
    return copy;
  } catch {
    return null;
  }
}

/** Does something with the ledger while nobody else can. */
export async function withLedgerLock<T>(
  path: string,
  options: LockOptions,
  act: (lock: LedgerLock) => Promise<T>,
): Promise<T | Extract<LockAnswer, { ok: false }>> {
  const answer = await takeLedgerLock(path, options);
  if (!answer.ok) return answer;
  try {
    return await act(answer.lock);
  } finally {
    await answer.lock.release();
  }
}
