import { describe, expect, it } from 'vitest';
import {
  ChainDesk,
  entryAt,
  entryOf,
  factsOf,
  paperMetadata,
  RECORDING,
  T0,
} from './diary.fixture.ts';
import { recordedFact } from './diary-events.ts';
import type { DiaryEntry, Open } from './entry-schema.ts';
import { amend, BACKDATED_MS, FUTURE_MAX_MS, record, type Recording } from './record.ts';
import { regimeOf } from './regime-labels.ts';
import { signatureOf } from './seal.ts';

const recordOn = (desk: ChainDesk, entry: unknown, change: Partial<Recording> = {}) =>
  record(desk.diary, entry, { ...RECORDING, ...change });
const codeOf = (entry: unknown, change: Partial<Recording> = {}): string => {
  const decided = recordOn(new ChainDesk(), entry, change);
  return decided.ok ? 'ok' : decided.code;
};

describe('recording', () => {
  it('leaves one fact, with the time it was heard of', () => {
    const entry = entryOf();
    expect(factsOf(recordOn(new ChainDesk(), entry, { now: T0 + 5 }))).toEqual([
      {
        type: 'recorded',
        subject: entry.entry_id,
        actor: 'loop',
        payload: { entry, ingested_at: '2026-03-01T09:00:00.005Z', backdated: false },
        refs: { policy_id: 'alpha' },
      },
    ]);
  });

  it.each([
    [BACKDATED_MS, false],
    [BACKDATED_MS + 1, true],
    [-FUTURE_MAX_MS, false],
  ])('%d ms after its time marks it as back-dated: %s', (late, backdated) => {
    const [fact] = factsOf(recordOn(new ChainDesk(), entryOf(), { now: T0 + late }));
    expect(fact?.payload['backdated']).toBe(backdated);
  });

  it('measures by UTC whatever zone an entry is signed with', () => {
    const { signature: _, ...entry } = entryOf();
    const zoned = { ...entry, recorded_at: '2026-03-01T11:00:00+02:00' };
    const signed = { ...zoned, signature: signatureOf(zoned) };
    const [fact] = factsOf(recordOn(new ChainDesk(), signed, { now: T0 + BACKDATED_MS }));
    expect(fact?.payload['backdated']).toBe(false);
    expect(codeOf(signed, { now: T0 - 300_001 })).toBe('recorded_at_in_future');
    const naive = { ...entry, recorded_at: '2026-03-01T09:00:00' };
    expect(codeOf({ ...naive, signature: signatureOf(naive) }, { now: T0 - 300_000 })).toBe('ok');
  });

  it('D-11 refuses what is more than 300 s in the future', () => {
    expect(codeOf(entryOf(), { now: T0 - 600_000 })).toBe('recorded_at_in_future');
    expect(codeOf(entryOf(), { now: T0 - 300_001 })).toBe('recorded_at_in_future');
    expect(codeOf(entryOf(), { now: T0 - 300_000 })).toBe('ok');
  });

  it('D-10 refuses an id that stands for something else', () => {
    const desk = new ChainDesk().record(entryOf());
    const other = entryOf({ outcomes: { paper_pnl: 1 } });
    expect(other.entry_id).toBe(entryOf().entry_id);
    expect(recordOn(desk, other)).toMatchObject({ ok: false, code: 'duplicate_entry_id' });
    expect(recordOn(desk, entryOf({ entry_id: 'dd-other' })).ok).toBe(true);
  });

  it('takes the same entry once', () => {
    const desk = new ChainDesk().record(entryOf());
    expect(recordOn(desk, entryOf())).toEqual({ ok: true, facts: [] });
    expect(recordOn(desk, entryOf(), { now: T0 - 600_000 })).toEqual({ ok: true, facts: [] });
  });

  it('refuses an id that is quarantined', () => {
    const told = { actor: 'loop', ingestedAt: '2026-03-01T09:00:00.000Z', backdated: false };
    const desk = new ChainDesk().take([recordedFact({ ...entryOf(), notes: ['forged'] }, told)]);
    expect(recordOn(desk, entryOf())).toMatchObject({ ok: false, code: 'duplicate_entry_id' });
  });

  it('refuses what is no entry, by place', () => {
    expect(recordOn(new ChainDesk(), { ...entryOf(), more: 1 })).toMatchObject({
      code: 'entry_malformed',
      violations: [{ path: '/more', rule: 'unknown_key' }],
    });
    expect(codeOf(null)).toBe('entry_malformed');
    // No unparsable time becomes ours (G-18).
    expect(codeOf({ ...entryOf(), recorded_at: 'soon' })).toBe('entry_malformed');
  });

  it('refuses what is not what was signed, and hashes of other features', () => {
    const entry = entryOf();
    expect(recordOn(new ChainDesk(), { ...entry, notes: ['x'] })).toMatchObject({
      code: 'entry_seal_broken',
      violations: [{ rule: 'signature_mismatch' }],
    });
    const forged: DiaryEntry = { ...entry, decision: { ...entry.decision, feature_hashes: {} } };
    expect(codeOf({ ...forged, signature: signatureOf({ ...forged }) })).toBe('entry_seal_broken');
  });

  it('refuses an entry without a stage where the ledger has its policy', () => {
    const bare = entryOf({ metadata: { drift_decision: { severity: 'normal' } } });
    expect(codeOf(bare)).toBe('stage_absent');
    expect(codeOf(bare, { hasLedgerRecord: false })).toBe('ok');
    expect(codeOf(entryOf({ metadata: { release_stage: 'limited-live' } }))).toBe('stage_absent');
    expect(codeOf(entryOf({ metadata: { release_stage: 'limited_live' } }))).toBe('ok');
  });

  it.each([
    ['normal', 'ok'],
    [' Warn ', 'ok'],
    ['alert', 'ok'],
    ['unknown', 'ok'],
    [undefined, 'ok'],
    ['critical', 'severity_unknown'],
    ['alerts', 'severity_unknown'],
  ])('of severity %j is %s', (severity, code) => {
    const drift_decision = severity === undefined ? {} : { severity };
    expect(codeOf(entryOf({ metadata: { ...paperMetadata(), drift_decision } }))).toBe(code);
  });

  it.each([
    ['balanced', 'ok'],
    [' Dislocated ', 'ok'],
    [null, 'ok'],
    ['calm', 'regime_unknown'],
    ['paper', 'regime_unknown'],
  ])('of regime %j is %s', (regime, code) => {
    expect(codeOf(entryOf({ regime_state: { regime } }))).toBe(code);
  });

  it('refuses an alias that was not mapped when the entry was made', () => {
    const labels = { regimes: ['balanced'], aliases: { calm: 'balanced', odd: 'nowhere' } };
    expect(codeOf(entryOf({ regime_state: { regime: 'calm' } }), { labels })).toBe(
      'regime_unknown',
    );
    expect(regimeOf(labels, 'CALM')).toBe('balanced');
    expect(regimeOf(labels, 'odd')).toBeNull();
    expect(regimeOf({ ...labels, regimes: ['constructor'] }, 'constructor')).toBe('constructor');
  });
});

describe('amending', () => {
  const bare = (metadata: Open = {}): DiaryEntry =>
    entryOf({
      metadata: { release_stage: 'pilot', drift_decision: { severity: 'warn' }, ...metadata },
    });
  const amendOn = (desk: ChainDesk, patch: unknown, change = {}) =>
    amend(desk.diary, {
      entryId: bare().entry_id,
      patch,
      actor: 'router',
      reason: 'routed',
      now: T0 + 9,
      ...change,
    });
  const keyOf = (patch: unknown, metadata: Open = {}): string => {
    const decided = amendOn(new ChainDesk().record(bare(metadata)), patch);
    return decided.ok ? 'ok' : `${decided.code} ${decided.detail.split(' ')[0]}`;
  };

  it('D-03 adds what was routed, and an unknown id is refused', () => {
    const desk = new ChainDesk().record(bare());
    const patch = {
      release_execution: { stage: 'paper', route: 'live', forced: false },
      ticket: 7,
    };
    const decided = amendOn(desk, patch);
    expect(factsOf(decided)).toEqual([
      {
        type: 'amended',
        subject: bare().entry_id,
        actor: 'router',
        payload: {
          amends: bare().entry_id,
          patch,
          actor: 'router',
          reason: 'routed',
          at: '2026-03-01T09:00:00.009Z',
        },
        refs: { policy_id: 'alpha' },
      },
    ]);
    desk.take(factsOf(decided));
    const [fact] = desk.diary.readingOf('alpha').facts;
    // Its stage stays what it said itself.
    expect(fact).toMatchObject({ route: 'live', stage: 'pilot', isRiskForced: false, seq: 0 });
    expect(desk.diary.violations).toEqual([]);
    expect(amendOn(desk, patch, { entryId: 'dd-none' })).toMatchObject({
      code: 'entry_id_unknown',
    });
  });

  it.each([
    'drift_decision',
    'release_stage',
    'regime_state',
    'recorded_at',
    'forced',
    'amendments',
    'foreign_signature',
  ])('D-12 of %s is refused', (key) => {
    const value = { release_stage: 'paper' }[key] ?? {};
    expect(keyOf({ ticket: 1, [key]: value })).toBe(`key_immutable ${key}`);
  });

  it.each([
    ['release_execution', { release_execution: {} }, { release_execution: {} }],
    ['release_execution', { release_execution: {} }, { release_execution_route: 'paper' }],
    [
      'release_execution_route',
      { release_execution_route: 'paper' },
      { release_execution_forced: false },
    ],
    ['release_execution_forced', { release_execution_forced: false }, { release_execution: {} }],
    ['guardrails', { guardrails: {} }, { guardrails: {} }],
    ['execution_mode', { execution_mode: 'live' }, { execution_mode: 'paper' }],
    [
      'provenance',
      { provenance: { clock: 'real', venue: 'live', data: 'recorded' } },
      { provenance: { clock: 'virtual', venue: 'simulated', data: 'synthetic' } },
    ],
  ])('of %s is possible once', (key, patch, written) => {
    expect(keyOf(patch)).toBe('ok');
    expect(keyOf(patch, written)).toBe(`key_immutable ${key}`);
    const desk = new ChainDesk().record(bare()).amend(bare().entry_id, patch);
    expect(amendOn(desk, patch)).toMatchObject({ code: 'key_immutable' });
    expect(amendOn(desk, { ticket: 1 })).toMatchObject({ ok: true });
  });

  it('of what no gate reads is always possible', () => {
    const desk = new ChainDesk().record(bare()).amend(bare().entry_id, { ticket: 1 });
    expect(amendOn(desk, { ticket: 2 }).ok).toBe(true);
  });

  it('needs a person, a reason and a patch', () => {
    const desk = new ChainDesk().record(bare());
    expect(amendOn(desk, {}, { actor: ' ' })).toMatchObject({ code: 'amendment_unexplained' });
    expect(amendOn(desk, {}, { reason: '' })).toMatchObject({ code: 'amendment_unexplained' });
    expect(amendOn(desk, { execution_mode: 'demo' })).toMatchObject({
      code: 'patch_malformed',
      violations: [{ path: '/execution_mode' }],
    });
  });

  it('gives a stage, a mode and a place to what had none, and no place to what is foreign', () => {
    const provenance = { clock: 'virtual', venue: 'testnet', data: 'synthetic' };
    const patch = { release_execution: { stage: 'paper' }, execution_mode: 'shadow', provenance };
    const entry = entryOf({ metadata: {} });
    const desk = new ChainDesk()
      .record(entry, { hasLedgerRecord: false })
      .amend(entry.entry_id, patch);
    const [fact] = desk.diary.readingOf('alpha').facts;
    expect(fact).toMatchObject({
      stage: 'paper',
      executionMode: 'shadow',
      provenance,
      route: null,
    });
    const foreign = entryOf({ metadata: { release_stage: 'odd', foreign_signature: 'x' } });
    const other = new ChainDesk()
      .record(foreign, { hasLedgerRecord: false })
      .amend(foreign.entry_id, patch);
    const [read] = other.diary.readingOf('alpha').facts;
    expect(read).toMatchObject({ stage: null, provenance: null, executionMode: 'shadow' });
  });

  it('adds a force and takes none away', () => {
    const forced = (metadata: Open, patch: Open): boolean | undefined => {
      const desk = new ChainDesk().record(entryAt(1, { metadata }), { hasLedgerRecord: false });
      return desk.amend('dd-1', patch).diary.readingOf('alpha').facts[0]?.isRiskForced;
    };
    const STAGE = { release_execution: { forced: true, forced_reason: 'release_stage_paper_x' } };
    expect(forced({}, { release_execution: { forced: true } })).toBe(true);
    expect(forced({}, STAGE)).toBe(false);
    expect(forced({}, { release_execution: { forced: false } })).toBe(false);
    expect(forced({ guardrails: { force_paper: true } }, STAGE)).toBe(true);
    // Whatever the reason it gives, it was forced under a warning.
    expect(forced({ drift_decision: { severity: 'warn' } }, STAGE)).toBe(true);
  });
});
