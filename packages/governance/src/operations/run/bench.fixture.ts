/**
 * An operation on a machine in memory: what outlives the runner (machine, log, locks) and processes
 * that can be killed at any call they make to the outside.
 */
import type { AuditEvent, AuditLog, AuditRecord, Outcome } from '../audit/event.ts';
import type { Declaration } from '../declaration.ts';
import type { Gate } from '../gate.ts';
import type { Step } from '../step.ts';
import type { LeaseAnswer, LeaseClaim } from './ports.ts';
import type { RollbackPorts } from './rollback.ts';
import { createSimulatedBackend, createWorld, sha256 } from './simulated-backend.fixture.ts';
import type { SimulationOptions, World } from './simulated-backend.fixture.ts';

const HOST = 'paper-1';
export const START = Date.parse('2026-03-01T12:00:00.000Z');
const APP = 'app';

const FILES = { '/srv/app/a.json': 'a1', '/srv/app/old.json': 'old' };
const SERVICES = { [APP]: true, side: false };

export function writes(path: string, content: string): Step {
  return {
    title: `write ${path}`,
    action: { kind: 'fs.write', path, content },
    verification: [{ kind: 'file.sha256', path, sha256: sha256(content) }],
  };
}

/** Writes, deletes and starts: three steps, all of which the runner can undo by itself. */
export const THREE_STEPS: readonly Step[] = [
  writes('/srv/app/a.json', 'a2'),
  {
    title: 'delete',
    action: { kind: 'fs.delete', path: '/srv/app/old.json' },
    verification: [{ kind: 'file.absent', path: '/srv/app/old.json' }],
  },
  {
    title: 'put',
    action: { kind: 'exec.sandboxed', argv: ['/bin/put', '/srv/app/new.json', 'n'] },
    verification: [{ kind: 'file.sha256', path: '/srv/app/new.json', sha256: sha256('n') }],
    rollback: [{ kind: 'exec.sandboxed', argv: ['/bin/drop', '/srv/app/new.json'] }],
  },
];

export function declare(changed: Partial<Declaration> = {}): Declaration {
  return {
    schema: 'holdfast.operation.v1',
    operation_id: 'OPS-2026-03-01-001',
    environment: 'PAPER',
    host: HOST,
    requested_by: 'release',
    expires_at: '2026-03-03T12:00:00Z',
    OPERATION_NAME: 'A new configuration',
    OBJECTIVE: 'The application reads it',
    RISK_CLASS: 'FILESYSTEM_WRITE',
    BLAST_RADIUS: 'the application',
    ROLLBACK_STRATEGY: 'everything is put back',
    ALLOWED_PATHS: ['/srv/app'],
    ALLOWED_SERVICES: [],
    trading_impact: 'none',
    steps: [...THREE_STEPS],
    verification: [{ kind: 'status', services: [APP] }],
    ...changed,
  };
}

/** The lock of one environment, as files would hold it. */
export interface Locks {
  lease: {
    readonly operationId: string;
    readonly token: number;
    /** Whether its process lives and has not let go. */
    readonly isHeld: () => boolean;
  } | null;
  latch: string | null;
  trading: 'running' | 'latched' | null;
  token: number;
}

export interface Life {
  alive: boolean;
  calls: number;
  readonly killAt: number;
}

export interface Bench {
  readonly world: World;
  readonly records: AuditRecord[];
  readonly held: Map<string, Uint8Array>;
  readonly locks: Locks;
  readonly declaration: Declaration;
  now: number;
  logBreaksAt: number;
}

export function createBench(declaration: Declaration = declare()): Bench {
  const bench: Bench = {
    world: createWorld(FILES, SERVICES),
    records: [],
    held: new Map(),
    locks: { lease: null, latch: null, trading: null, token: 0 },
    declaration,
    now: START,
    logBreaksAt: Number.POSITIVE_INFINITY,
  };
  const log = logOf(bench);
  log.append({ event: 'declared', declaration, digest: sha256(JSON.stringify(declaration)) });
  log.append({ event: 'validated', faults: [] });
  return bench;
}

/** A process that dies at its `killAt`th call to the outside; what it asks later reaches nobody. */
export function createLife(killAt = Number.POSITIVE_INFINITY): Life {
  return { alive: true, calls: 0, killAt };
}

interface PortsOptions {
  readonly life?: Life;
  readonly faultAt?: SimulationOptions['faultAt'];
  readonly changed?: Partial<RollbackPorts>;
  readonly host?: string;
}

export function portsOf(bench: Bench, options: PortsOptions = {}): RollbackPorts {
  const life = options.life ?? createLife();
  const { host = HOST, faultAt = () => null } = options;
  const log = logOf(bench);
  const paths = bench.declaration.ALLOWED_PATHS;
  const ports: RollbackPorts = {
    backend: mortal(createSimulatedBackend(bench.world, { host, paths, faultAt }), life),
    log: mortal(log, life),
    clock: () => bench.now,
    takeLease: (claim) => leaseFor(bench, claim, life),
    lacking: () => Promise.resolve(null),
    judgeAnswer: () => Promise.resolve(null),
    assess: () => Promise.resolve(null),
    auditFault: () => Promise.resolve(null),
    report: () => Promise.resolve({ ok: true, sha256: sha256('report') }),
    seal: (outcome) =>
      later(() => lastOf(bench, 'sealed') !== -1 || log.append({ event: 'sealed', outcome })),
    amend: (amendment) =>
      later(() => {
        const isTold = lastOf(bench, 'amendment') > lastOf(bench, 'rollback_finished');
        return isTold || log.append(amendment);
      }),
    actor: 'release',
    end: new AbortController().signal,
    freeBytesMin: 1 << 20,
    touchedSince: () => Promise.resolve(null),
    ...options.changed,
  };
  return mortal(ports, life);
}

function lastOf({ records }: Bench, event: AuditEvent['event']): number {
  return records.findLastIndex(({ payload }) => payload.event === event);
}

async function later(effect: () => unknown): Promise<void> {
  await Promise.resolve();
  effect();
}

/** Every call is two places to die: before it reaches the outside, and after. */
function mortal<T extends object>(target: T, life: Life): T {
  const point = (): void => {
    life.calls += 1;
    if (life.calls === life.killAt) life.alive = false;
    if (!life.alive) throw new Error('killed');
  };
  return new Proxy(target, {
    get: (_, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        point();
        const result: unknown = Reflect.apply(member, target, args);
        if (!(result instanceof Promise)) {
          point();
          return result;
        }
        return result.then((value: unknown) => {
          point();
          return value;
        });
      };
    },
  });
}

function logOf(bench: Bench): AuditLog {
  const { records, held, declaration } = bench;
  return {
    records,
    append: (payload: AuditEvent) => {
      if (records.length >= bench.logBreaksAt) throw new Error('no space left on device');
      bench.now += 1;
      const record: AuditRecord = {
        v: 1,
        seq: records.length,
        ts: new Date(bench.now).toISOString(),
        operation_id: declaration.operation_id,
        host: declaration.host,
        actor: 'runner',
        payload: structuredClone(payload),
        prev_hash: records.at(-1)?.hash ?? sha256(''),
        hash: sha256(`${records.length} ${JSON.stringify(payload)}`),
      };
      records.push(record);
      return record;
    },
    keep: (bytes) => {
      const text = Buffer.from(bytes).toString('utf8');
      return { text, bytes: bytes.length, sha256: sha256(text), ref: null };
    },
    hold: (content) => {
      const ref = sha256(Buffer.from(content).toString('utf8'));
      held.set(ref, content);
      return ref;
    },
    kept: (ref) => held.get(ref) ?? null,
  };
}

function leaseFor({ locks }: Bench, claim: LeaseClaim, life: Life): LeaseAnswer {
  const { operationId, use, impact } = claim;
  const busy = (detail: string): LeaseAnswer => ({
    taken: false,
    code: 'environment_busy',
    detail,
  });
  if (locks.latch !== null && use !== 'resume') {
    return { taken: false, code: 'environment_latched', detail: locks.latch };
  }
  if (locks.lease?.isHeld() === true) return busy('it is at work');
  if (locks.lease !== null && (use !== 'resume' || locks.lease.operationId !== operationId)) {
    return busy(locks.lease.operationId);
  }
  locks.token += 1;
  const { token } = locks;
  let isKept = true;
  locks.lease = { operationId, token, isHeld: () => isKept && life.alive };
  const lease = {
    token,
    holds: () => locks.lease?.token === token,
    lockTrading: () => {
      if (impact !== 'none' && locks.trading === null) locks.trading = 'running';
    },
    latch: (why: string) => {
      locks.latch = why;
      if (impact !== 'none') locks.trading = 'latched';
    },
    release: () => {
      if (locks.latch === null) locks.trading = null;
      locks.lease = null;
    },
    abandon: () => {
      isKept = false;
    },
  };
  return { taken: true, lease: mortal(lease, life) };
}

export function eventsOf({ records }: Bench): readonly string[] {
  return records.map(({ payload }) => {
    if (payload.event === 'verification') return `verification ${payload.step} ${payload.status}`;
    if (payload.event === 'undo') return `undo ${payload.step} ${payload.status}`;
    if (payload.event === 'step_started') return `step_started ${payload.step}`;
    if (payload.event === 'step_finished') return `step_finished ${payload.step} ${payload.status}`;
    if (payload.event === 'sealed') return `sealed ${payload.outcome}`;
    return payload.event;
  });
}

export function payloadOf<E extends AuditEvent['event']>(
  { records }: Bench,
  event: E,
): Extract<AuditEvent, { event: E }> | undefined {
  const found = records.findLast(({ payload }) => payload.event === event)?.payload;
  return found as Extract<AuditEvent, { event: E }> | undefined;
}

export function sealedOutcome(bench: Bench): Outcome | null {
  return payloadOf(bench, 'sealed')?.outcome ?? null;
}

/** A step of the three with other gates. */
export function verifiedBy(step: Step | undefined, ...verification: Gate[]): Step {
  if (step === undefined) throw new Error('there is no such step');
  return { ...step, verification };
}
