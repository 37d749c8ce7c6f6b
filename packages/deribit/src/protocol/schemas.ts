import { type TEnum, type TObject, type TProperties, type TSchema, Type } from 'typebox';

/**
 * The words Deribit's messages are made of (its OpenAPI document, `components.schemas`). Objects
 * tolerate fields they do not name.
 */
export const TEXT = Type.String({ minLength: 1 });
/** Epoch milliseconds. */
export const TIMESTAMP = Type.Integer({ minimum: 0 });

export const DIRECTION = oneOf('buy', 'sell');
export const BOOK_STATE = oneOf(
  'open',
  'settlement',
  'delivered',
  'inactive',
  'locked',
  'halted',
  'archivized',
);

export function oneOf<const T extends string[]>(...values: T): TEnum<T> {
  return Type.Enum<T>(values);
}

/** As `oneOf`, where nobody needs the type: the words are separated by spaces. */
export function words(list: string): TSchema {
  return Type.Enum(list.split(' '));
}

/** A request's params: what it has to have, and what it may; a field in both has to be there. */
export function request(required: TProperties, optional: TProperties = {}): TObject {
  const fields: Record<string, TSchema> = {};
  for (const [name, schema] of Object.entries(optional)) fields[name] = Type.Optional(schema);
  return Type.Object({ ...fields, ...required });
}
