import { KILL_REASON_CODES, REDUCE_ONLY_REASON_CODES } from '../guard/codes.ts';
import { createParser } from '../parse.ts';
import { type Danger, LATCH_DANGER, MODE_DANGER, UNHEALTHY_STATUS } from '../reasons.ts';
import { type StatusDocument, StatusSchema, type UnblockStep } from './schema.ts';

const parseStatus = createParser(StatusSchema);

/** What a person is shown of a status that came from another process. */
export type OwnerReading =
  | {
      readonly sound: true;
      readonly document: StatusDocument;
      readonly code: string;
      readonly message: string;
      readonly danger: Danger;
      readonly unblock: readonly UnblockStep[];
    }
  | {
      readonly sound: false;
      readonly code: typeof UNHEALTHY_STATUS.code;
      readonly message: string;
      readonly action: string;
      /** Rules it breaks, for engineering; never a code it used. */
      readonly broken: readonly string[];
    };

/**
 * Reads a status as its owner does: nothing is computed and nothing is believed halfway. An unknown
 * code, a restriction without a reason or a latch without a code makes all of it unhealthy (phases
 * section 8).
 */
export function readOwnerStatus(value: unknown): OwnerReading {
  const parsed = parseStatus(value);
  if (!parsed.ok) return unhealthy(parsed.violations.map(({ path, rule }) => `${path} ${rule}`));
  const document = parsed.value;
  const broken = contradictions(document);
  if (broken.length > 0) return unhealthy(broken);
  const { owner_message: message, primary_owner_reason_code: code, unblock } = document.owner_view;
  return { sound: true, document, code, message, danger: dangerOf(document), unblock };
}

function unhealthy(broken: readonly string[]): OwnerReading {
  const { code, meaning, action } = UNHEALTHY_STATUS;
  return { sound: false, code, message: meaning, action, broken };
}

/** Every code of it counts, not only the first: one that is dangerous makes all of it so. */
function dangerOf(document: StatusDocument): Danger {
  const found = [
    ...document.mode_reasons.map((code) => MODE_DANGER[code]),
    ...document.open_permission_reason_codes.map((code) => LATCH_DANGER[code]),
  ];
  return found.includes('dangerous') ? 'dangerous' : 'benign';
}

function contradictions(status: StatusDocument): string[] {
  const broken: string[] = [];
  const { trading_mode: mode, mode_reasons: reasons } = status;
  const codes = status.open_permission_reason_codes;
  const latched = status.open_permission_blocked_latch;
  if ((mode === 'Active') !== (reasons.length === 0)) broken.push('/mode_reasons emptiness');
  const tier: readonly string[] = mode === 'Kill' ? KILL_REASON_CODES : REDUCE_ONLY_REASON_CODES;
  if (!reasons.every((reason) => tier.includes(reason))) broken.push('/mode_reasons tier');
  if (latched !== codes.length > 0) broken.push('/open_permission_reason_codes emptiness');
  if (latched !== status.open_permission_requires_reconcile) {
    broken.push('/open_permission_requires_reconcile latch');
  }
  if (latched && mode === 'Active') broken.push('/trading_mode latched');
  const first = reasons[0] ?? codes[0];
  const { primary_owner_reason_code: code, unblock } = status.owner_view;
  if (first === undefined ? !code.startsWith('STATE_') : code !== first) {
    broken.push('/owner_view/primary_owner_reason_code primary');
  }
  if (mode !== 'Active' && unblock.length === 0) broken.push('/owner_view/unblock emptiness');
  return broken;
}
