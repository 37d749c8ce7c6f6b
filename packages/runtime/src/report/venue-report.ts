import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

const count = Type.Integer({ minimum: 0 });

/**
 * What the exchange process counted of us, told on its own output when it ends: our own count of
 * our own mistakes would prove nothing. Another program's words, so unknown fields are tolerated.
 */
const VenueReportSchema = Type.Object({
  event: Type.Literal('report'),
  illegal_order_attempts: count,
  duplicate_dispatch_count: count,
  market: Type.Record(Type.String(), Type.Unknown()),
});

export type VenueReport = Static<typeof VenueReportSchema>;

const validator = Compile(VenueReportSchema);

/** Null when it is no report: what the exchange counted is then unknown, and that is not zero. */
export function parseVenueReport(value: unknown): VenueReport | null {
  return validator.Check(value) ? value : null;
}
