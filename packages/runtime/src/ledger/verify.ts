import { folderSource } from './folder.ts';
import {
  type Damage,
  type LedgerHead,
  scanLedger,
  type SegmentSource,
  type TornTail,
} from './scan.ts';
import { chainText } from './segment.ts';

/**
 * What a reading with full strictness found. `ok` is a ledger an engine may start on and nobody has
 * touched.
 */
export interface LedgerVerification {
  readonly ok: boolean;
  readonly records: number;
  readonly segments: number;
  /** Sequence and hash of the last record: to be compared with a copy kept elsewhere. */
  readonly head: { readonly sequence: number; readonly hash: string };
  readonly findings: readonly LedgerFinding[];
}

/**
 * A torn tail is no damage, but whoever verifies wants to hear of it. A live writer's last write
 * looks the same.
 */
export type LedgerFinding =
  | ({ readonly kind: 'damage' } & Damage)
  | {
      readonly kind: 'torn_tail';
      readonly segment: string;
      readonly offset: number;
      readonly bytes: number;
    };

/**
 * Checks every byte of a folder's ledger, canonical spelling included. Takes no lock, changes
 * nothing.
 */
export function verifyLedger(folder: string): LedgerVerification {
  return verifySource(folderSource(folder));
}

/** `verifyLedger` for a ledger that is not in a folder. */
export function verifySource(source: SegmentSource): LedgerVerification {
  const scan = scanLedger(source, true);
  for (;;) {
    const step = scan.next();
    if (step.done !== true) continue;
    const { head, records, segments, damage, tornTail } = step.value;
    const findings = [...damageFinding(damage), ...tornFinding(tornTail)];
    return { ok: findings.length === 0, records, segments, head: describeHead(head), findings };
  }
}

function damageFinding(damage: Damage | null): readonly LedgerFinding[] {
  return damage === null ? [] : [{ kind: 'damage', ...damage }];
}

function tornFinding(tail: TornTail | null): readonly LedgerFinding[] {
  if (tail === null) return [];
  return [{ kind: 'torn_tail', segment: tail.file.name, offset: tail.offset, bytes: tail.bytes }];
}

function describeHead(head: LedgerHead): LedgerVerification['head'] {
  return { sequence: head.sequence - 1, hash: chainText(head.chain) };
}
