/** `daily_branch_status.csv` (section 8.5): where each branch stood when the session was over. */
import { day, maybe, oneOf, type Table, tableOf, text } from './csv.ts';

export const ROLES = ['reference', 'control', 'candidate', 'probe'] as const;
export type BranchRole = (typeof ROLES)[number];

export interface BranchStatus {
  readonly as_of: string;
  readonly branch: string;
  readonly role: BranchRole;
  /** What it holds, by the name of the structure; `flat` for nothing. */
  readonly position: string;
  readonly open_trade_id: string | null;
  readonly last_event_date: string | null;
  /** `BUY` goes in, `SELL` goes out, whatever is bought and sold for it. */
  readonly last_event_side: 'BUY' | 'SELL' | null;
  readonly reason_code: string | null;
  readonly reason_family: string | null;
  readonly reason_layer: 'core' | 'secondary' | 'bridge' | null;
}

export const BRANCH_STATUS_TABLE: Table<BranchStatus> = tableOf('daily_branch_status', {
  as_of: day,
  branch: text,
  role: oneOf(ROLES),
  position: text,
  open_trade_id: maybe(text),
  last_event_date: maybe(day),
  last_event_side: maybe(oneOf(['BUY', 'SELL'])),
  reason_code: maybe(text),
  reason_family: maybe(text),
  reason_layer: maybe(oneOf(['core', 'secondary', 'bridge'])),
});
