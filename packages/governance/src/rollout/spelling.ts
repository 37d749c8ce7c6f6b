/** How a name, a day, a time, a digest and a decimal are spelt in every document of this room. */
import { Type } from 'typebox';
import { DECIMAL_PATTERN } from './decimal.ts';

/** Of a branch, a trade, a case: what may stand in a cell of a table as well. */
const NAME = '^[^\\x00-\\x1f\\x7f,;"]{1,120}$';
export const nameSchema = Type.String({ pattern: NAME });
export const isName = (text: string): boolean => new RegExp(NAME).test(text);
/** A code of a reason, with `:detail` behind it. */
export const reasonSchema = Type.String({ minLength: 1, maxLength: 400 });
/** Whether it is one of the calendar is asked where it is read. */
export const daySchema = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$' });
/** UTC with milliseconds. */
export const timeSchema = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$',
});
export const sha256Schema = Type.String({ pattern: '^[0-9a-f]{64}$' });
export const decimalSchema = Type.String({ pattern: DECIMAL_PATTERN });
export const countSchema = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** Null for what has the form of a time and is none. */
export function parseTime(text: string): number | null {
  const at = Date.parse(text);
  return Number.isNaN(at) || new Date(at).toISOString() !== text ? null : at;
}

export const textOfTime = (at: number): string => new Date(at).toISOString();
