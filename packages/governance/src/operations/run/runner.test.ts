import { describe, expect, it } from 'vitest';
import {
  createBench,
  createLife,
  declare,
  eventsOf,
  payloadOf,
  portsOf,
  sealedOutcome,
  THREE_STEPS,
  verifiedBy,
  writes,
} from './bench.fixture.ts';
import type { Bench } from './bench.fixture.ts';
import { exitCodeOf } from './exit-code.ts';
import { resumeOperation } from './resume.ts';
import { runOperation } from './runner.ts';
import { snapshot, STRAY } from './simulated-backend.fixture.ts';
import type { SimulatedFault } from './simulated-backend.fixture.ts';

const [FIRST, SECOND, THIRD] = THREE_STEPS;
const FAILS = { kind: 'file.absent', path: '/srv/app/a.json' } as const;

/** What goes wrong at the nth call of one method. */
function at(method: string, nth: number, fault: SimulatedFault) {
  let seen = 0;
  return (_: number, called: string): SimulatedFault | null => {
    if (called !== method) return null;
    seen += 1;
    return seen === nth ? fault : null;
  };
}

/** The third step's gate cannot be asked until it is made to. */
function haltedAfterStepOne(): Bench {
  const first = { ...writes('/srv/app/a.json', 'a2') };
  const steps = [{ ...first, verification: [{ kind: 'redis', command: ['PING'] }] }];
  const bench = createBench(declare({ steps: steps as never }));
  bench.world.answers.set('redis', 'inconclusive');
  return bench;
}

describe('an operation that goes well', () => {
  it('is preflighted, stepped, verified each time, reported and sealed', async () => {
    const bench = createBench();
    const end = await runOperation(portsOf(bench));
    expect(exitCodeOf(end)).toBe(0);
    expect(eventsOf(bench)).toEqual([
      'declared',
      'validated',
      'preflight',
      ...[1, 2, 3].flatMap((step) => [
        `step_started ${step}`,
        `step_finished ${step} PASS`,
        `verification ${step} PASS`,
      ]),
      'verification final PASS',
      'report',
      'sealed SUCCESS',
    ]);
    expect(bench.world.files.get('/srv/app/a.json')?.content).toBe('a2');
    expect(bench.locks).toMatchObject({ lease: null, latch: null, trading: null });
  });

  it('has its undo record on disk before the machine is touched', async () => {
    const bench = createBench();
    const seen: (number | undefined)[] = [];
    const ports = portsOf(bench);
    await runOperation({
      ...ports,
      backend: {
        ...ports.backend,
        perform: (action) => {
          const last = bench.records.at(-1)?.payload;
          seen.push(last?.event === 'step_started' ? last.step : undefined);
          return ports.backend.perform(action);
        },
      },
    });
    expect(seen).toEqual([1, 2, 3]);
  });

  it('holds the operations lock from before the first change until it is sealed', async () => {
    const bench = createBench(declare({ trading_impact: 'direct' }));
    const seen: unknown[] = [];
    const changed = {
      report: () => {
        seen.push(bench.locks.trading);
        return Promise.resolve({ ok: true, sha256: 'f'.repeat(64) } as const);
      },
    };
    await runOperation(portsOf(bench, { changed }));
    expect(seen).toEqual(['running']);
    expect(bench.locks.trading).toBeNull();
  });
});

describe('a step that fails', () => {
  it('O-06 is undone with all before it, in reverse order, and nothing follows', async () => {
    const second = verifiedBy(SECOND, FAILS);
    const bench = createBench(declare({ steps: [FIRST, second, THIRD] as never }));
    const before = snapshot(bench.world);
    const end = await runOperation(portsOf(bench));
    expect(exitCodeOf(end)).toBe(1);
    expect(eventsOf(bench).slice(6)).toEqual([
      'step_started 2',
      'step_finished 2 PASS',
      'verification 2 FAIL',
      'rollback_started',
      'undo 2 PASS',
      'undo 1 PASS',
      'verification rollback PASS',
      'rollback_finished',
      'report',
      'sealed ROLLBACK',
    ]);
    expect(snapshot(bench.world)).toBe(before);
    expect(bench.locks).toMatchObject({ lease: null, latch: null });
  });

  it.each(['throw_before', 'throw_after', 'refuse', 'fail', 'lie'] as const)(
    'O-06 is undone and never tried again where the hand does: %s',
    async (fault) => {
      const bench = createBench();
      const before = snapshot(bench.world);
      const end = await runOperation(portsOf(bench, { faultAt: at('perform', 2, fault) }));
      expect(exitCodeOf(end)).toBe(1);
      expect(snapshot(bench.world)).toBe(before);
      const second = JSON.stringify(SECOND?.action);
      expect(bench.world.performed.filter((action) => action === second).length).toBeLessThan(2);
    },
  );

  it('O-06 is undone where the state afterwards cannot be read', async () => {
    const bench = createBench();
    const before = snapshot(bench.world);
    const end = await runOperation(portsOf(bench, { faultAt: at('manifest', 2, 'fail') }));
    expect(exitCodeOf(end)).toBe(1);
    expect(snapshot(bench.world)).toBe(before);
  });

  it('O-06 runs the declared rollback of what only that can undo', async () => {
    const bench = createBench(
      declare({ steps: [FIRST, SECOND, verifiedBy(THIRD, FAILS)] as never }),
    );
    const before = snapshot(bench.world);
    await runOperation(portsOf(bench));
    expect(eventsOf(bench)).toContain('undo 3 PASS');
    expect(snapshot(bench.world)).toBe(before);
  });

  it('is not begun where its way back cannot be kept', async () => {
    const bench = createBench();
    const ports = portsOf(bench);
    const log = { ...ports.log, kept: () => null };
    const end = await runOperation({ ...ports, log });
    expect(exitCodeOf(end)).toBe(1);
    expect(payloadOf(bench, 'rollback_started')).toMatchObject({
      why: 'undo_impossible:1:content_not_kept:/srv/app/a.json',
      noop: true,
    });
    expect(bench.world.performed).toEqual([]);
  });
});

describe('a rollback that fails', () => {
  it.each(['restoreFile', 'fileBefore'] as const)(
    'O-07 is PARTIAL, says what is left, and latches: %s',
    async (method) => {
      const second = verifiedBy(SECOND, FAILS);
      const bench = createBench(
        declare({ steps: [FIRST, second, THIRD] as never, trading_impact: 'indirect' }),
      );
      const nth = method === 'restoreFile' ? 1 : 4;
      const end = await runOperation(portsOf(bench, { faultAt: at(method, nth, 'fail') }));
      expect(exitCodeOf(end)).toBe(6);
      expect(sealedOutcome(bench)).toBe('PARTIAL');
      expect(payloadOf(bench, 'rollback_finished')?.left).toEqual([
        expect.stringMatching(/^undo_failed:2: /),
      ]);
      expect(eventsOf(bench)).toContain('undo 1 PASS');
      expect(bench.locks).toMatchObject({ lease: null, trading: 'latched' });
      expect(bench.locks.latch).toMatch(/^undo_failed:2: /);
      expect(await runOperation(portsOf({ ...createBench(), locks: bench.locks }))).toMatchObject({
        end: 'refused',
        code: 'environment_latched',
      });
    },
  );

  it('O-07 is one whose restored file is not what it was', async () => {
    const second = verifiedBy(SECOND, FAILS);
    const bench = createBench(declare({ steps: [FIRST, second, THIRD] as never }));
    const end = await runOperation(portsOf(bench, { faultAt: at('restoreFile', 2, 'lie') }));
    expect(exitCodeOf(end)).toBe(6);
    expect(payloadOf(bench, 'rollback_finished')?.left).toEqual([
      'undo_failed:1: differs:/srv/app/a.json',
    ]);
  });

  it('O-07 is one after which the beginning does not hold again', async () => {
    const page = { kind: 'http', url: 'http://127.0.0.1:1/', status: 200 } as const;
    const bench = createBench(declare({ steps: [verifiedBy(FIRST, FAILS)], verification: [page] }));
    // A page that is there until the rollback has begun.
    const faultAt = (): null => {
      if (eventsOf(bench).includes('rollback_started')) bench.world.answers.set('http', 'fail');
      return null;
    };
    expect(exitCodeOf(await runOperation(portsOf(bench, { faultAt })))).toBe(6);
    expect(payloadOf(bench, 'rollback_finished')?.left).toEqual(['gate_fail:http: fail']);
    expect(bench.locks.latch).toBe('gate_fail:http: fail');
  });
});

describe('what nobody could put back', () => {
  const A = '/srv/app/a.json';
  const litter = { ...THIRD, rollback: [{ kind: 'fs.chmod', path: A, mode: '0644' }] };

  it('TRIP O-07 is what a command left in its scope: PARTIAL, by its name', async () => {
    const third = { ...litter, verification: [FAILS] };
    const bench = createBench(declare({ steps: [FIRST, third] as never }));
    const end = await runOperation(portsOf(bench));
    expect(exitCodeOf(end)).toBe(6);
    expect(payloadOf(bench, 'rollback_finished')?.left).toEqual([
      'undo_failed:2: differs:/srv/app/new.json: created',
    ]);
    expect(bench.locks.latch).toMatch(/^undo_failed:2: differs/);
  });

  it('NON-TRIP: is not what others changed meanwhile, where its end is on record', async () => {
    const third = verifiedBy(THIRD, FAILS);
    const bench = createBench(declare({ steps: [FIRST, third] as never }));
    const faultAt = (): null => {
      if (!eventsOf(bench).includes('rollback_started')) return null;
      bench.world.files.set('/srv/app/state', { content: 's', mode: 0o644 });
      return null;
    };
    expect(exitCodeOf(await runOperation(portsOf(bench, { faultAt })))).toBe(1);
  });

  it('O-10 is what changed under a look: told as left, and never as undone', async () => {
    const look = {
      title: 'look',
      action: { kind: 'fs.read', path: '/srv/app/a.json' },
      verification: [],
    };
    const doomed = verifiedBy(SECOND, FAILS);
    const bench = createBench(declare({ steps: [look, doomed] as never }));
    const faultAt = (_: number, method: string): null => {
      if (method === 'perform') {
        bench.world.files.set('/srv/app/state', { content: 's', mode: 0o644 });
      }
      return null;
    };
    expect(exitCodeOf(await runOperation(portsOf(bench, { faultAt })))).toBe(6);
    expect(payloadOf(bench, 'rollback_finished')?.left).toEqual([
      'unexplained_change:1:/srv/app/state',
    ]);
    expect(sealedOutcome(bench)).toBe('PARTIAL');
    expect(bench.locks.latch).not.toBeNull();
  });
});

describe('a runner that is asked to end', () => {
  /** Asked when that many records are there. */
  function askedAt(many: number, declared = declare()) {
    const bench = createBench(declared);
    const controller = new AbortController();
    const ports = portsOf(bench, { changed: { end: controller.signal } });
    const append: typeof ports.log.append = (payload) => {
      const record = ports.log.append(payload);
      if (bench.records.length === many) controller.abort('SIGTERM');
      return record;
    };
    return { bench, ports: { ...ports, log: { ...ports.log, append } } };
  }

  it('TRIP: wherever it is on its way, turns back and begins nothing more', async () => {
    // From the preflight to the verdict of the last step.
    for (let many = 3; many <= 12; many += 1) {
      const { bench, ports } = askedAt(many);
      const before = snapshot(bench.world);
      expect([many, exitCodeOf(await runOperation(ports))]).toEqual([many, 1]);
      expect(payloadOf(bench, 'rollback_started')?.why).toBe('asked_to_end:SIGTERM');
      const steps = eventsOf(bench).filter((event) => event.startsWith('step_started'));
      expect(steps).toHaveLength(Math.floor((many - 1) / 3));
      expect(snapshot(bench.world)).toBe(before);
      expect(bench.locks).toMatchObject({ lease: null, latch: null, trading: null });
    }
  });

  it('NON-TRIP: once all is proved ends as a success', async () => {
    for (const many of [13, 14, 15]) {
      const { ports } = askedAt(many);
      expect([many, exitCodeOf(await runOperation(ports))]).toEqual([many, 0]);
    }
  });

  it('NON-TRIP: on its way back goes on', async () => {
    const steps = [FIRST, verifiedBy(SECOND, FAILS), THIRD] as never;
    for (let many = 10; many <= 14; many += 1) {
      const { bench, ports } = askedAt(many, declare({ steps }));
      expect(exitCodeOf(await runOperation(ports))).toBe(1);
      expect(payloadOf(bench, 'rollback_started')?.why).toBe('verify_failed:2');
      expect(sealedOutcome(bench)).toBe('ROLLBACK');
    }
  });

  it('TRIP: before anything was begun is refused, and nothing is held', async () => {
    const bench = createBench();
    const end = AbortSignal.abort('SIGINT');
    expect(await runOperation(portsOf(bench, { changed: { end } }))).toMatchObject({
      end: 'refused',
      code: 'asked_to_end',
    });
    expect(bench.locks.lease).toBeNull();
    expect(exitCodeOf(await runOperation(portsOf(bench)))).toBe(0);
  });

  it('TRIP: ends the command that runs, and cuts short nothing of the way back', async () => {
    const controller = new AbortController();
    const bench = createBench(declare({ steps: [THIRD] as never }));
    const ports = portsOf(bench, { changed: { end: controller.signal } });
    const heard: string[] = [];
    const backend: typeof ports.backend = {
      ...ports.backend,
      interrupt: () => void heard.push(eventsOf(bench).at(-1) ?? ''),
      perform: (action) => {
        controller.abort('SIGTERM');
        return ports.backend.perform(action);
      },
    };
    expect(exitCodeOf(await runOperation({ ...ports, backend }))).toBe(1);
    expect(heard).toEqual(['step_started 1']);
  });

  it('NON-TRIP: while it waits for an answer leaves the question as it is', async () => {
    const bench = haltedAfterStepOne();
    await runOperation(portsOf(bench));
    const end = AbortSignal.abort('SIGTERM');
    expect(exitCodeOf(await resumeOperation(portsOf(bench, { changed: { end } })))).toBe(10);
    expect(eventsOf(bench).at(-1)).toBe('halt');
  });
});

describe('success', () => {
  it('O-10 is refused to an operation one of whose services is down', async () => {
    const start = {
      title: 'start',
      action: { kind: 'service', verb: 'start', service: 'side' },
      verification: [{ kind: 'http', url: 'http://127.0.0.1:1/', status: 200 }],
    };
    const steps = [FIRST, start] as never;
    const bench = createBench(declare({ steps, ALLOWED_SERVICES: ['app', 'side'] }));
    const end = await runOperation(portsOf(bench, { faultAt: at('perform', 2, 'lie') }));
    expect(exitCodeOf(end)).toBe(1);
    expect(eventsOf(bench)).toContain('verification final FAIL');
    expect(sealedOutcome(bench)).toBe('ROLLBACK');
  });

  it('O-10 is given where both are up', async () => {
    const start = {
      title: 'start',
      action: { kind: 'service', verb: 'start', service: 'side' },
      verification: [{ kind: 'status', services: ['side'] }],
    };
    const steps = [FIRST, start] as never;
    const bench = createBench(declare({ steps, ALLOWED_SERVICES: ['app', 'side'] }));
    expect(exitCodeOf(await runOperation(portsOf(bench)))).toBe(0);
  });
});

describe('the scope', () => {
  it('O-20 left behind by a step: undone, latched, exit 5, and told by name', async () => {
    const bench = createBench();
    const end = await runOperation(portsOf(bench, { faultAt: at('perform', 2, 'stray') }));
    expect(exitCodeOf(end)).toBe(5);
    expect(eventsOf(bench).slice(6, 12)).toEqual([
      'step_started 2',
      'scope_violation',
      'step_finished 2 FAIL',
      'rollback_started',
      'undo 2 PASS',
      'undo 1 PASS',
    ]);
    expect(payloadOf(bench, 'rollback_finished')?.left).toEqual([
      `scope_violation:${STRAY}: created`,
    ]);
    expect(bench.locks.latch).not.toBeNull();
    expect(bench.world.files.get('/srv/app/a.json')?.content).toBe('a1');
  });

  it('O-20 left behind by the rollback itself: latched as well', async () => {
    const bench = createBench(
      declare({ steps: [FIRST, SECOND, verifiedBy(THIRD, FAILS)] as never }),
    );
    const end = await runOperation(portsOf(bench, { faultAt: at('perform', 4, 'stray') }));
    expect(exitCodeOf(end)).toBe(5);
    expect(bench.locks.latch).not.toBeNull();
  });
});

describe('evidence', () => {
  it('O-21 of another host is none: nothing begins there', async () => {
    const bench = createBench();
    const end = await runOperation(portsOf(bench, { host: 'laptop' }));
    expect(end).toMatchObject({ end: 'refused', code: 'host_mismatch' });
    expect(bench.world.performed).toEqual([]);
    expect(bench.locks.lease).toBeNull();
  });

  it('O-21 written on another host stops the runner before it builds on it', async () => {
    const bench = createBench();
    await runOperation(portsOf(bench, { life: createLife(60) })).catch(() => null);
    const place = bench.records.findIndex(({ payload }) => payload.event === 'preflight');
    const record = bench.records[place];
    if (record !== undefined) bench.records[place] = { ...record, host: 'laptop' };
    expect(await resumeOperation(portsOf(bench))).toMatchObject({
      end: 'stopped',
      code: 'audit_illegal',
      detail: expect.stringMatching(/^host_mismatch at record 2 \(preflight\)/),
    });
  });
});

describe('what cannot be told', () => {
  it('O-22 halts with a question after a change, exit 10, and the change stays', async () => {
    const bench = haltedAfterStepOne();
    const end = await runOperation(portsOf(bench));
    expect(exitCodeOf(end)).toBe(10);
    expect(end).toMatchObject({ end: 'halted', options: ['ask_again', 'roll_back'] });
    expect(bench.world.files.get('/srv/app/a.json')?.content).toBe('a2');
    expect(bench.locks.lease).not.toBeNull();
  });

  it('O-22 halts before the first change where the baseline cannot be asked', async () => {
    const bench = createBench();
    bench.world.answers.set('status', 'inconclusive');
    const end = await runOperation(portsOf(bench));
    expect(exitCodeOf(end)).toBe(10);
    expect(bench.world.performed).toEqual([]);
  });

  it('refuses to begin where the baseline does not hold', async () => {
    const bench = createBench();
    bench.world.answers.set('status', 'fail');
    const end = await runOperation(portsOf(bench));
    expect(exitCodeOf(end)).toBe(1);
    expect(payloadOf(bench, 'rollback_started')).toMatchObject({
      why: 'baseline_failed:status',
      noop: true,
    });
    expect(bench.world.performed).toEqual([]);
  });

  it('refuses to begin without room for what it has to keep', async () => {
    const bench = createBench();
    bench.world.freeBytes = 100;
    await runOperation(portsOf(bench));
    expect(payloadOf(bench, 'rollback_started')?.why).toBe('disk_space:100<1048576');
  });

  it('refuses to begin with a change that nothing would verify', async () => {
    const bench = createBench(declare({ steps: [FIRST, verifiedBy(SECOND)] as never }));
    await runOperation(portsOf(bench));
    expect(payloadOf(bench, 'rollback_started')?.why).toBe('step_missing_verification:2');
    expect(bench.world.performed).toEqual([]);
  });

  it('refuses to begin with a rollback that has left the scope', async () => {
    const bench = createBench();
    const operand = '/etc/shadow';
    const fault = { code: 'path_forbidden', operand, place: '', message: '' } as const;
    const changed = { assess: () => Promise.resolve(fault) };
    await runOperation(portsOf(bench, { changed }));
    expect(payloadOf(bench, 'rollback_started')?.why).toBe(
      'rollback_out_of_scope:3:path_forbidden:/etc/shadow',
    );
  });
});

describe('a log that cannot be written', () => {
  it.each([2, 3])('O-23 lets no change happen: full at record %i', async (records) => {
    const bench = createBench();
    bench.logBreaksAt = records;
    const end = await runOperation(portsOf(bench));
    expect(exitCodeOf(end)).toBe(4);
    expect(end).toMatchObject({ end: 'stopped', code: 'audit_unwritable' });
    expect(bench.world.performed).toEqual([]);
    // The environment stays taken: only its own resume may go on.
    expect(bench.locks.lease).not.toBeNull();
  });

  it('O-23 lets no second change happen where it fills up after the first', async () => {
    const bench = createBench();
    bench.logBreaksAt = 4;
    const end = await runOperation(portsOf(bench));
    expect(exitCodeOf(end)).toBe(4);
    expect(bench.world.performed).toHaveLength(1);
    bench.logBreaksAt = Number.POSITIVE_INFINITY;
    expect(exitCodeOf(await resumeOperation(portsOf(bench)))).toBe(1);
    expect(bench.world.files.get('/srv/app/a.json')?.content).toBe('a1');
  });

  it('is not built upon where it is not what it was', async () => {
    const bench = createBench();
    const changed = { auditFault: () => Promise.resolve('record 1 was edited') };
    const end = await runOperation(portsOf(bench, { changed }));
    expect(end).toMatchObject({ end: 'stopped', code: 'audit_not_intact' });
    expect(bench.world.performed).toEqual([]);
  });
});

describe('permission', () => {
  it('lacking at the beginning asks for approval, and leaves the operation as it is', async () => {
    const bench = createBench();
    const changed = { lacking: () => Promise.resolve('approval_missing' as const) };
    const end = await runOperation(portsOf(bench, { changed }));
    expect(exitCodeOf(end)).toBe(3);
    expect(bench.records).toHaveLength(2);
    expect(exitCodeOf(await runOperation(portsOf(bench)))).toBe(0);
  });

  it('running out before the first change ends it without one', async () => {
    const bench = createBench();
    let asked = 0;
    const lacking = () => {
      asked += 1;
      return Promise.resolve(asked > 1 ? ('approval_expired' as const) : null);
    };
    await runOperation(portsOf(bench, { changed: { lacking } }));
    expect(asked).toBe(2);
    expect(payloadOf(bench, 'rollback_started')).toMatchObject({ why: 'approval_expired' });
    expect(bench.world.performed).toEqual([]);
  });

  it('of what expires between the preflight and the first change is none', async () => {
    const bench = createBench(declare({ expires_at: '2026-03-01T13:00:00Z' }));
    const lacking = () => {
      if (eventsOf(bench).includes('preflight')) bench.now = Date.parse('2026-03-01T13:00:00Z');
      return Promise.resolve(null);
    };
    await runOperation(portsOf(bench, { changed: { lacking } }));
    expect(payloadOf(bench, 'rollback_started')?.why).toBe('declaration_expired');
    expect(bench.world.performed).toEqual([]);
  });

  it('that cannot be judged is none', async () => {
    const bench = createBench();
    const changed = { lacking: () => Promise.reject(new Error('no trust roots')) };
    expect(exitCodeOf(await runOperation(portsOf(bench, { changed })))).toBe(3);
  });

  it('of a declaration that has expired is none', async () => {
    const bench = createBench(declare({ expires_at: '2026-03-01T11:00:00Z' }));
    await runOperation(portsOf(bench));
    expect(payloadOf(bench, 'rollback_started')?.why).toBe('declaration_expired');
  });
});

it('a runner that has lost its lease changes nothing more', async () => {
  const bench = createBench();
  const ports = portsOf(bench);
  const takeLease: typeof ports.takeLease = (claim) => {
    const answer = ports.takeLease(claim);
    if (!answer.taken) return answer;
    const holds = () => bench.world.performed.length === 0;
    return { taken: true, lease: { ...answer.lease, holds } };
  };
  const end = await runOperation({ ...ports, takeLease });
  expect(end).toMatchObject({ end: 'stopped', code: 'lease_lost' });
  expect(bench.world.performed).toHaveLength(1);
});

it('a run of what has begun is refused: that is for resume', async () => {
  const bench = createBench();
  await runOperation(portsOf(bench));
  expect(await runOperation(portsOf(bench))).toMatchObject({ code: 'already_begun' });
  expect(bench.world.performed).toHaveLength(3);
});
