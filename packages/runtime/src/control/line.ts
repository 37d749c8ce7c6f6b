import { Type } from 'typebox';

const ONE_LINE = '^(?=.*\\S)[^\\u0000-\\u001f\\u007f-\\u009f]+$';

/** One line of plain text: what ends up in ledger, log and terminal must not break any of them. */
export const line = (maxLength: number, description?: string) =>
  Type.String({
    minLength: 1,
    maxLength,
    pattern: ONE_LINE,
    ...(description === undefined ? {} : { description }),
  });
