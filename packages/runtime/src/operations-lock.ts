import { join } from 'node:path';
import type { OperationsLock } from '@holdfast/core/guard';
import { closed, createParser, readJson } from '@holdfast/core/parse';
import { Type } from 'typebox';
import { readBounded } from './proof/bounded-file.ts';
import { decodeUtf8 } from './proof/encoding.ts';

/**
 * The operations lock (D-2, contract of the ops governor 10.6): an operation that touches trading
 * leaves it here before its first change, and takes it away when it has ended well.
 */
export const OPERATIONS_LOCK_SCHEMA = 'holdfast.operations-lock.v1';

const parseLock = createParser(
  closed({
    schema: Type.Literal(OPERATIONS_LOCK_SCHEMA),
    operation_id: Type.String({ minLength: 1, maxLength: 64 }),
    environment: Type.String({ minLength: 1, maxLength: 32 }),
    trading_impact: Type.Enum(['indirect', 'direct'] as const),
    state: Type.Enum(['running', 'latched'] as const),
    /** Since when, UTC; it is shown as it is. */
    since: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z$' }),
  }),
);

const LOCK_BYTES_MAX = 4_096;

/** One file of each environment. */
export function operationsLockPath(root: string, environment: string): string {
  return join(root, 'artifacts', 'operations', `${environment.toLowerCase()}.lock.json`);
}

/** No file: it is free. What is not a lock in every part is held by nobody knows who. */
export function readOperationsLock(path: string): OperationsLock {
  const read = readBounded(path, LOCK_BYTES_MAX);
  if (!read.ok) return { state: read.fault === 'missing' ? 'free' : 'unreadable' };
  const text = decodeUtf8(read.bytes);
  const json = text === null ? null : readJson(text);
  if (json === null || !json.ok) return { state: 'unreadable' };
  const lock = parseLock(json.value);
  if (!lock.ok) return { state: 'unreadable' };
  const { state, operation_id: operationId, since } = lock.value;
  return { state, operationId, since };
}
