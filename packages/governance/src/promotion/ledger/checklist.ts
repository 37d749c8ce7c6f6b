/** What must be looked at before limited_live: one strict form (specification 2.6, G-21). */
import { closed, createParser } from '@holdfast/core/parse';
import { Type } from 'typebox';
import type { JsonMap } from './json.ts';

export const CHECKLIST_ITEMS = ['oos_regime_grid', 'leakage_checks', 'risk_audit'] as const;
export type ChecklistItem = (typeof CHECKLIST_ITEMS)[number];

const CHECKLIST_KEY = 'promotion_checklist';

const item = Type.Optional(
  Type.Union([
    Type.Boolean(),
    closed({
      status: Type.Enum(['pass', 'fail'] as const),
      evidence_ref: Type.String({ minLength: 1, maxLength: 400 }),
    }),
  ]),
);
const ChecklistSchema = closed({ oos_regime_grid: item, leakage_checks: item, risk_audit: item });
const parseChecklist = createParser(ChecklistSchema);

export interface Checklist {
  /** Of every item whether it is complete. */
  readonly items: Readonly<Record<ChecklistItem, boolean>>;
  readonly missing: readonly ChecklistItem[];
}

/** Of the metadata of a record. One that cannot be read has nothing complete. */
export function checklistOf(metadata: JsonMap): Checklist {
  const parsed = parseChecklist(metadata[CHECKLIST_KEY] ?? {});
  const isDone = (key: ChecklistItem): boolean => {
    const value = parsed.ok ? parsed.value[key] : false;
    return typeof value === 'object' ? value.status === 'pass' : value === true;
  };
  return {
    items: {
      oos_regime_grid: isDone('oos_regime_grid'),
      leakage_checks: isDone('leakage_checks'),
      risk_audit: isDone('risk_audit'),
    },
    missing: CHECKLIST_ITEMS.filter((key) => !isDone(key)),
  };
}

/** What is wrong with a checklist that somebody hands in; null where nothing is. */
export function checklistFault(metadata: JsonMap): string | null {
  if (!Object.hasOwn(metadata, CHECKLIST_KEY)) return null;
  const parsed = parseChecklist(metadata[CHECKLIST_KEY]);
  if (parsed.ok) return null;
  const [{ path, message }] = parsed.violations;
  return `${CHECKLIST_KEY}${path} ${message}`;
}
