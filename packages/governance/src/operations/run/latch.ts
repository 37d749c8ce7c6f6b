/**
 * One operation per environment (section 9.14), and none at all after one that went wrong until
 * another person has looked (O-07). Three files in the folder of the environment:
 *
 * - `lease.json` says who is at work. Under it lies the kernel's lock, which dies with its process
 *   and counts the fencing token; a lease without a living owner is that of an operation that was
 *   killed or halted, and only its own `resume` takes it over.
 * - `latch.json` is set by a rollback that failed and by a change outside of the scope.
 * - `cleared.jsonl` tells who cleared a latch, when and why.
 *
 * The operations lock lies where the runtime looks for it.
 */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { closed, createParser } from '@holdfast/core/parse';
import { OPERATIONS_LOCK_SCHEMA } from '@holdfast/runtime/config';
import { makeFolder, syncFolder, takeWriterLock } from '@holdfast/runtime/ledger';
import type { WriterLock } from '@holdfast/runtime/ledger';
import { readBounded } from '@holdfast/runtime/proof';
import { type Static, Type } from 'typebox';
import { putDurably } from '../audit/durable-file.ts';
import { ENVIRONMENTS, OPERATION_ID, type OperationEnvironment } from '../declaration.ts';
import { detailOf } from './ports.ts';
import { isSamePerson } from '../signoff/approver-set.ts';
import type { Lease, LeaseAnswer, LeaseClaim } from './ports.ts';
import { isAlive, startOf } from './process-identity.ts';

const text = Type.String({ maxLength: 65_536 });
const operationId = Type.String({ pattern: OPERATION_ID });
const environment = Type.Enum(ENVIRONMENTS);

const LeaseSchema = closed({
  operation_id: operationId,
  environment,
  token: Type.Integer({ minimum: 1 }),
  pid: Type.Integer({ minimum: 1 }),
  /** Tells the process from a later one of the same number; null where the system does not say. */
  started: Type.Union([text, Type.Null()]),
  host: text,
  since: text,
});

const LatchSchema = closed({
  operation_id: operationId,
  environment,
  requested_by: text,
  why: text,
  at: text,
});
export type Latch = Static<typeof LatchSchema>;

const OperationsLockSchema = closed({
  schema: Type.Literal(OPERATIONS_LOCK_SCHEMA),
  operation_id: operationId,
  environment,
  trading_impact: Type.Enum(['indirect', 'direct'] as const),
  since: text,
  state: Type.Enum(['running', 'latched'] as const),
});
/** What the runtime reads as ReduceOnly while it is there. */
export type OperationsLock = Static<typeof OperationsLockSchema>;

const FILE_MAX = 1 << 17;
type Read<T> =
  | { readonly state: 'absent' }
  | { readonly state: 'there'; readonly value: T }
  | { readonly state: 'unreadable'; readonly detail: string };

const readLease = readerOf(LeaseSchema);
const readLatchFile = readerOf(LatchSchema);
const readOperationsLock = readerOf(OperationsLockSchema);

/** Where the locks of one environment lie, and whose clock dates them. */
export interface LockPlace {
  readonly folder: string;
  readonly environment: OperationEnvironment;
  /** The file the runtime watches. */
  readonly operationsLock: string;
  readonly clock: () => number;
}

/** Takes the environment for one operation, or says who has it. */
export function takeLease(place: LockPlace, claim: LeaseClaim): LeaseAnswer {
  let lock: WriterLock | null = null;
  try {
    makeFolder(place.folder);
    const answer = takeWriterLock(place.folder, claim.operationId, place.clock());
    if (!answer.taken) {
      const holder = answer.holder?.runId ?? 'an operation that has not said which';
      return { taken: false, code: 'environment_busy', detail: `${holder} is at work` };
    }
    lock = answer.lock;
    const held = obstacle(place, claim) ?? owned(place, claim, lock);
    if ('taken' in held && !held.taken) lock.release();
    return held;
  } catch (error) {
    lock?.release();
    return { taken: false, code: 'lock_unreadable', detail: detailOf(error) };
  }
}

/** What is latched in an environment; null where nothing is. */
export function readLatch({ folder }: Pick<LockPlace, 'folder'>): Latch | null | 'unreadable' {
  const latch = readLatchFile(join(folder, 'latch.json'));
  if (latch.state === 'there') return latch.value;
  return latch.state === 'absent' ? null : 'unreadable';
}

export type ClearAnswer =
  | { readonly cleared: true; readonly latch: Latch }
  | {
      readonly cleared: false;
      readonly code:
        | 'not_latched'
        | 'latch_unreadable'
        | 'reason_missing'
        | 'same_person'
        | 'environment_busy';
    };

/** Opens an environment again. `by` has to be proven to be who it says before it comes here. */
export function clearLatch(
  place: LockPlace,
  { by, reason }: { readonly by: string; readonly reason: string },
): ClearAnswer {
  if (reason.trim() === '') return { cleared: false, code: 'reason_missing' };
  const latch = readLatch(place);
  if (latch === null) return { cleared: false, code: 'not_latched' };
  if (latch === 'unreadable') return { cleared: false, code: 'latch_unreadable' };
  if (by.trim() === '' || isSamePerson(by, latch.requested_by)) {
    return { cleared: false, code: 'same_person' };
  }
  const answer = takeWriterLock(place.folder, `clear ${latch.operation_id}`, place.clock());
  if (!answer.taken) return { cleared: false, code: 'environment_busy' };
  try {
    // Told before it is done: a latch that is gone without a word was never cleared.
    const told = { ...latch, cleared_by: by, reason, cleared_at: stamp(place) };
    appendLine(join(place.folder, 'cleared.jsonl'), told);
    unlock(place, latch.operation_id);
    remove(join(place.folder, 'latch.json'));
    return { cleared: true, latch };
  } finally {
    answer.lock.release();
  }
}

/** Why the environment is not to be had, though nobody is at work. */
function obstacle(place: LockPlace, claim: LeaseClaim): LeaseAnswer | null {
  const { operationId: id, use } = claim;
  const no = (
    code: Extract<LeaseAnswer, { taken: false }>['code'],
    detail: string,
  ): LeaseAnswer => ({
    taken: false,
    code,
    detail,
  });
  const latch = readLatch(place);
  if (latch === 'unreadable') return no('lock_unreadable', join(place.folder, 'latch.json'));
  if (latch !== null && !(use === 'resume' && latch.operation_id === id)) {
    return no('environment_latched', `${latch.operation_id}: ${latch.why}`);
  }
  const lease = readLease(join(place.folder, 'lease.json'));
  if (lease.state === 'unreadable') return no('lock_unreadable', lease.detail);
  if (lease.state === 'there') {
    const { operation_id: owner, pid, started, host } = lease.value;
    if (owner !== id) return no('environment_busy', `${owner} has not ended; resume it first`);
    if (use !== 'resume') return no('environment_busy', `${id} has begun; resume it`);
    // Its lock is ours, so it should be gone. Where it is not, somebody took away the lock's file.
    const lives = host !== hostname() || (pid !== process.pid && isAlive(pid, started));
    if (lives) return no('environment_busy', `process ${pid} of ${host} is at work`);
  }
  if (claim.impact === 'none') return null;
  const trading = readOperationsLock(place.operationsLock);
  if (trading.state === 'unreadable') return no('lock_unreadable', trading.detail);
  if (trading.state === 'there' && trading.value.operation_id !== id) {
    return no('operations_lock_held', trading.value.operation_id);
  }
  return null;
}

function owned(place: LockPlace, claim: LeaseClaim, lock: WriterLock): LeaseAnswer {
  const path = join(place.folder, 'lease.json');
  const earlier = readLease(path);
  const token = lock.raise(earlier.state === 'there' ? earlier.value.token : 0);
  const written: Static<typeof LeaseSchema> = {
    operation_id: claim.operationId,
    environment: place.environment,
    token,
    pid: process.pid,
    started: startOf(process.pid),
    host: hostname(),
    since: stamp(place),
  };
  write(path, written);
  let isHeld = true;
  const lease: Lease = {
    token,
    holds: () => {
      const found = readLease(path);
      return isHeld && found.state === 'there' && found.value.token === token;
    },
    lockTrading: () => lockTrading(place, claim, 'running'),
    latch: (why) => {
      const latch: Latch = {
        operation_id: claim.operationId,
        environment: place.environment,
        requested_by: claim.requestedBy,
        why: why.slice(0, WHY_MAX),
        at: stamp(place),
      };
      write(join(place.folder, 'latch.json'), latch);
      lockTrading(place, claim, 'latched');
    },
    release: () => {
      if (!lease.holds()) return lease.abandon();
      // Latched, the runtime stays told.
      if (readLatch(place) === null) unlock(place, claim.operationId);
      remove(path);
      lease.abandon();
    },
    abandon: () => {
      isHeld = false;
      lock.release();
    },
  };
  return { taken: true, lease };
}

const WHY_MAX = 8_192;

function lockTrading(place: LockPlace, claim: LeaseClaim, state: 'running' | 'latched'): void {
  const { operationId: id, impact } = claim;
  if (impact === 'none') return;
  const found = readOperationsLock(place.operationsLock);
  const own = found.state === 'there' && found.value.operation_id === id ? found.value : null;
  if (own !== null && (own.state === state || own.state === 'latched')) return;
  const lock: OperationsLock = {
    schema: OPERATIONS_LOCK_SCHEMA,
    operation_id: id,
    environment: place.environment,
    trading_impact: impact,
    since: own?.since ?? stamp(place),
    state,
  };
  makeFolder(dirname(place.operationsLock));
  write(place.operationsLock, lock);
}

/** Only what this operation locked. */
function unlock({ operationsLock }: LockPlace, id: string): void {
  const found = readOperationsLock(operationsLock);
  if (found.state === 'there' && found.value.operation_id === id) remove(operationsLock);
}

function stamp({ clock }: LockPlace): string {
  return new Date(clock()).toISOString();
}

function write(path: string, value: object): void {
  putDurably(path, `${JSON.stringify(value)}\n`, 0o666);
}

function remove(path: string): void {
  rmSync(path, { force: true });
  syncFolder(dirname(path));
}

function appendLine(path: string, value: object): void {
  const file = openSync(path, 'a', 0o600);
  try {
    writeSync(file, `${JSON.stringify(value)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncFolder(dirname(path));
}

function readerOf<S extends Parameters<typeof createParser>[0]>(
  schema: S,
): (path: string) => Read<Static<S>> {
  const parse = createParser(schema);
  return (path) => {
    const read = readBounded(path, FILE_MAX);
    if (!read.ok) {
      if (read.fault === 'missing') return { state: 'absent' };
      return { state: 'unreadable', detail: read.detail };
    }
    try {
      const parsed = parse(JSON.parse(read.bytes.toString('utf8')));
      if (parsed.ok) return { state: 'there', value: parsed.value };
      return { state: 'unreadable', detail: `${path}: ${parsed.violations[0].message}` };
    } catch (error) {
      return { state: 'unreadable', detail: `${path}: ${detailOf(error)}` };
    }
  };
}
