/**
 * `trade-attribution.json`: which trades a candidate is there to add and to remove, as somebody
 * approved it. Without it a candidate that exists because it removes trades diverges for ever
 * (D-05 of the rollout specification).
 */
import { closed, createParser, type Parser } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { nameSchema } from './spelling.ts';

const AttributionSchema = closed({
  schema_version: Type.Literal('trade-attribution.v1'),
  candidate_branch: nameSchema,
  changes: Type.Array(
    closed({
      trade_id: nameSchema,
      action: Type.Enum(['added', 'removed'] as const),
      reason_code: nameSchema,
      approved_by: nameSchema,
    }),
  ),
});
export type TradeAttribution = Static<typeof AttributionSchema>;
export const parseAttribution: Parser<TradeAttribution> = createParser(AttributionSchema);

export function contradictionOfAttribution({ changes }: TradeAttribution): string | null {
  const ids = changes.map((change) => change.trade_id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  return twice === undefined ? null : `trade ${twice} is told twice`;
}
