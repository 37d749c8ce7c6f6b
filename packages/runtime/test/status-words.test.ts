/** `holdfast status` as a person and a program have it, of an engine whose words are given. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe as describeStatus } from '@holdfast/core/status';
import { createState } from '@holdfast/core/step';
import { runId, wallMs } from '@holdfast/core/values';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Control, startControl } from '../src/control/server.ts';
import { base, run, runJson } from './cli-fixture.ts';

const NOW = Date.now();
const state = createState({
  runId: runId('run-1'),
  buildId: 'b',
  runtimeConfigHash: 'c',
  contractVersion: '5.2',
  enforcedProfile: 'CSP',
  realMoney: false,
  needsSupervisor: false,
  settleMs: 0,
  tickIntervalMs: 1_000,
  reconcileIntervalMs: 5_000,
});
const SOUND = describeStatus(state, {
  now: wallMs(NOW),
  ledger: { depth: 0, capacity: 16, enqueueFailures: 0 },
  requestP95Ms: null,
  lastMessageAt: null,
  count429In5m: 0,
  supportedProfiles: ['CSP'],
});
const SINCE = '2026-01-05T09:00:03.000Z';
const folder = join(base, 'words');
let control: Control;
let said: object = SOUND;

beforeEach(async () => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  said = SOUND;
  control = await startControl({
    path: join(folder, 'control.sock'),
    sources: {
      state,
      post: () => undefined,
      now: () => NOW,
      isRunning: () => true,
      status: () => said,
      trust: {
        environment: 'dev',
        runId: 'run-1',
        trustRootsPath: '/nowhere/trust-roots.json',
        acceptsDevelopmentKeys: false,
        now: () => NOW,
      },
      health: () => ({
        last_transition_reason: 'started',
        last_transition_ts: SINCE,
        since_code: SOUND.owner_view.primary_owner_reason_code,
        since_ts: SINCE,
      }),
    },
  });
});
afterEach(() => control.close());
afterAll(() => rmSync(base, { recursive: true, force: true }));

const WORDS = ['status', '--run', folder];

describe('a sound status', () => {
  it('says mode, reason, since when and how dangerous in its first four lines', async () => {
    const { code, out } = await run(WORDS);
    expect(code).toBe(0);
    expect(out.slice(0, 4)).toEqual([
      'trading_mode: REDUCE_ONLY (only orders that reduce risk leave)',
      `why: ${SOUND.owner_view.owner_message}`,
      `since: ${SINCE} (the loop has not ticked)`,
      'DANGEROUS: look now',
    ]);
    const steps = out.filter((line) => line.startsWith('  ['));
    expect(steps).toHaveLength(SOUND.owner_view.unblock.length);
    for (const step of steps)
      expect(step).toMatch(/^ {2}\[(AUTO, by itself|MANUAL, somebody acts)\]/);
    expect((await run(WORDS)).out).toEqual(out);
  });

  it('holds, for a program, what the interface answers, key for key', async () => {
    const { document } = await runJson(WORDS);
    expect(document).toMatchObject({
      ok: true,
      trading_mode: 'REDUCE_ONLY',
      since_ts: SINCE,
      status: JSON.parse(JSON.stringify(SOUND)) as object,
    });
  });
});

describe('a status that cannot be trusted', () => {
  const unsound: readonly [string, object][] = [
    ['an unknown code', { ...SOUND, mode_reasons: ['REDUCEONLY_MOON'] }],
    ['no reason', { ...SOUND, mode_reasons: [] }],
    ['a key that is missing', { ...SOUND, risk_state: undefined }],
  ];

  it.each(unsound)('for %s is KILL, with what to do and none of its codes', async (_, status) => {
    said = status;
    const plain = await run(WORDS);
    expect(plain.code).toBe(2);
    expect(plain.out).toEqual([
      'trading_mode: KILL',
      expect.stringContaining('call engineering'),
      'code: STATE_UNHEALTHY_STATUS_SCHEMA',
      'do: holdfast emergency reduce-only --reason "status cannot be trusted"',
    ]);
    const { code, document } = await runJson(WORDS);
    expect(code).toBe(2);
    expect(document).toMatchObject({
      ok: false,
      trading_mode: 'KILL',
      is_trading_allowed: false,
      primary_owner_reason_code: 'STATE_UNHEALTHY_STATUS_SCHEMA',
    });
    expect(JSON.stringify(document)).not.toContain('MOON');
  });
});
