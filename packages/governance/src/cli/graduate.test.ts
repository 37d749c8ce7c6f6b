import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftOf, paperMetadata } from '../evidence/diary.fixture.ts';
import { DiaryDesk } from '../evidence/diary-desk.ts';
import { OWN_LABELS } from '../evidence/regime-labels.ts';
import { openStore } from '../store/open.ts';
import { graduate, type GraduateWords } from './graduate.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 2, 20);
const folder = mkdtempSync(join(tmpdir(), 'holdfast-graduate-'));
afterAll(() => rmSync(folder, { recursive: true }));
const place = (name: string): string => join(folder, name);

type Severity = 'normal' | 'warn' | null;
interface Decisions {
  readonly policy: string;
  readonly severities: readonly Severity[];
  readonly stage?: 'experiment' | 'paper';
  readonly provenance?: object;
}

const LIVE = { clock: 'real', venue: 'live', data: 'recorded' };

/** A store with decisions of policies, an hour apart, the last at the end of `NOW`. */
async function storeWith(name: string, all: readonly Decisions[]): Promise<void> {
  const store = await openStore(place(name));
  const ports = { publish: () => undefined, warn: () => undefined, labels: OWN_LABELS };
  let now = NOW;
  const desk = await DiaryDesk.open({ ...ports, store, clock: () => now, probes: new Map() });
  for (const { policy, severities, stage = 'experiment', provenance = LIVE } of all) {
    for (const [index, severity] of severities.entries()) {
      now = NOW - (severities.length - index) * HOUR_MS;
      const recorded_at = new Date(now).toISOString();
      const metadata = { ...paperMetadata(severity), release_stage: stage, provenance };
      const draft = draftOf({ policy_id: policy, recorded_at, metadata });
      const kept = await desk.record(draft, { actor: 'loop', hasLedgerRecord: false });
      if (!kept.ok) throw new Error(`${kept.code}: ${kept.detail}`);
    }
  }
  await store.close();
}

const times = (count: number, severity: Severity): Severity[] =>
  Array.from({ length: count }, () => severity);

async function typed(name: string, change: Partial<GraduateWords> = {}) {
  const said = { out: '', err: '' };
  const words: GraduateWords = {
    store: name,
    environment: 'prod',
    policyId: [],
    allowUnknown: false,
    json: false,
    indent: '2',
    failOnBlockers: false,
    ...change,
  };
  const io = {
    out: (line: string) => void (said.out += `${line}\n`),
    err: (line: string) => void (said.err += `${line}\n`),
  };
  const exit = await graduate(words, { cwd: folder, now: NOW }, io);
  return { exit, ...said };
}

async function statusOf(name: string, change: Partial<GraduateWords> = {}) {
  const { out } = await typed(name, { json: true, ...change });
  return JSON.parse(out)[0];
}

beforeAll(async () => {
  await storeWith('store', [
    { policy: 'beta', severities: times(5, 'normal') },
    { policy: 'alpha', severities: [...times(23, 'normal'), ...times(2, 'warn')] },
  ]);
});

describe('holdfast graduate', () => {
  it('E-01 C-06 shows what was earned and what is missing, a block for each policy', async () => {
    const { exit, out, err } = await typed('store');
    expect([exit, err]).toEqual([0, '']);
    const [alpha = '', beta = ''] = out.split('\n\n');
    expect(alpha).toContain('Policy alpha\n  current: experiment -> recommended: experiment\n');
    expect(alpha).toContain('  decisions: total=25 forced_ratio=0.08 normal=23 warn=2 alert=0\n');
    expect(alpha).toContain('blockers[paper]: audit_gaps_present:missing_evidence');
    expect(beta).toContain('blockers[paper]: experiment_stage_decisions_insufficient:5/20');
  });

  it('C-06 JSON is an array, and nothing was applied', async () => {
    const { exit, out } = await typed('store', { json: true, policyId: ['alpha'] });
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      { policy_id: 'alpha', applied_stage: null, gate_status: { paper: 'blocked' } },
    ]);
    expect(out).toContain('\n  {\n');
    const dense = await typed('store', { json: true, policyId: ['alpha'], indent: '0' });
    expect(dense.out.trim().split('\n')).toHaveLength(1);
  });

  it('D-07 E-12 what its stage alone forces is normal; what had no snapshot is not', async () => {
    await storeWith('staged', [
      { policy: 'alpha', severities: times(20, 'normal'), stage: 'experiment' },
      { policy: 'gamma', severities: times(20, null), stage: 'experiment' },
    ]);
    const gaps = 'audit_gaps_present:missing_evidence';
    const alpha = await statusOf('staged', { policyId: ['alpha'] });
    expect(alpha.stage_blockers.paper).toEqual([gaps]);
    expect(alpha.metrics.consecutive_normal_latest_stage).toBe(20);
    const gamma = await statusOf('staged', { policyId: ['gamma'] });
    expect(gamma.stage_blockers.paper).toContain('experiment_unknown_severity_present:20');
  });

  it('D-38 a made-up world counts in dev, and is refused by name elsewhere', async () => {
    const provenance = { clock: 'virtual', venue: 'simulated', data: 'synthetic' };
    await storeWith('virtual', [{ policy: 'alpha', severities: times(20, 'normal'), provenance }]);
    const elsewhere = await statusOf('virtual');
    expect(elsewhere.stage_blockers.paper).toEqual(
      expect.arrayContaining([
        'experiment_evidence_virtual:20',
        'experiment_evidence_simulated:20',
      ]),
    );
    const here = await statusOf('virtual', { environment: 'dev' });
    expect(here.stage_blockers.paper).toEqual(['audit_gaps_present:missing_evidence']);
  });

  it('3.5 a window shows its own decisions alone', async () => {
    const { metrics, window_hours: hours } = await statusOf('store', {
      policyId: ['alpha'],
      hours: '2.5',
    });
    expect([hours, metrics.total_decisions]).toEqual([2.5, 2]);
  });

  it('3 where the next gate is not clear, and that was asked', async () => {
    expect((await typed('store', { failOnBlockers: true })).exit).toBe(3);
    expect((await typed('store')).exit).toBe(0);
  });
});

describe('what cannot be assessed', () => {
  it.each<readonly [string, Partial<GraduateWords>, string]>([
    ['C-07 no policy', { store: 'empty' }, 'no policies available to assess'],
    ['C-07 blank ids', { policyId: [' '] }, 'no policies available to assess'],
    ['C-07 a ledger that is not there', { ledger: 'no.json' }, 'policy ledger not found at'],
    ['a policy nobody knows', { policyId: ['nobody'] }, 'unknown policy nobody'],
    ['C-09 hours below nought', { hours: '-5' }, "not '-5'"],
    ['an indent of words', { indent: 'x' }, "not 'x'"],
    ['a configuration that is not there', { config: 'no.json' }, 'ENOENT'],
    ['a configuration that is none', { config: 'list.json' }, 'config_malformed'],
    ['one with a key too many', { config: 'unknown.json' }, 'config_malformed: /x'],
    ['a looser one without approval', { config: 'loose.json' }, 'change_record_missing'],
  ])('%s is exit code 2', async (_what, change, detail) => {
    writeFileSync(place('list.json'), '[]');
    writeFileSync(place('unknown.json'), '{"x":1}');
    writeFileSync(place('loose.json'), '{"min_paper_green_days":13}');
    const { exit, out, err } = await typed('store', change);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toContain(detail);
  });

  it('C-07 a store that is none is exit code 1, in a sentence', async () => {
    writeFileSync(place('file'), 'x');
    const { exit, err } = await typed('file');
    expect(exit).toBe(1);
    expect(err).toMatch(/^error: store_\w+: .+\n$/);
  });

  it('C-07 a view that somebody edited is told as the gap it is', async () => {
    writeFileSync(place('edited.json'), '{"records":{},"updated_at":null}');
    const { integrity } = await statusOf('store', { policyId: ['alpha'], ledger: 'edited.json' });
    expect(integrity).toEqual({ diary_ok: true, ledger_ok: false });
    expect(await statusOf('store', { policyId: ['alpha'] })).toMatchObject({
      integrity: { ledger_ok: true },
    });
  });

  it('a policy nobody knows is assessed where that was asked', async () => {
    const { exit, out } = await typed('store', { policyId: ['nobody'], allowUnknown: true });
    expect(exit).toBe(0);
    expect(out).toContain('decisions: total=0');
  });
});
