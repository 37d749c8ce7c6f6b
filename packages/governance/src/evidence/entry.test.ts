import { digestOf } from '@holdfast/runtime/proof';
import { describe, expect, it } from 'vitest';
import { draftOf, entryOf, MAKING, STAGE_REASON, T0 } from './diary.fixture.ts';
import { makeEntry, sealFaults } from './entry.ts';
import { type Open, parseEntry, parsePatch } from './entry-schema.ts';
import { parseProbeDefinition, type ProbeDefinition } from './probe.ts';
import { signatureOf } from './seal.ts';

const AT = '2024-01-01T12:00:00.000Z';
const faultsOf = (given: unknown): readonly string[] => {
  const made = makeEntry(given, MAKING);
  return made.ok ? [] : made.violations.map(({ path, rule }) => `${path} ${rule}`);
};

describe('an entry', () => {
  it('D-01 has an id of its time, feature hashes and their signature', () => {
    const made = entryOf(
      { recorded_at: AT },
      { ...MAKING, uuid: '12345678-9ABC-4def-8000-000000' },
    );
    expect(made.entry_id).toBe('dd-20240101T120000Z-12345678');
    const { feature_hashes: hashes, features_signature: signature } = made.decision;
    const hash = (feature: string, value: number): string =>
      digestOf({ kind: 'regime_feature', payload: { feature, value } });
    expect(hashes).toEqual({ trend: hash('trend', 0.1), basis: hash('basis', 0.0004) });
    const features = {
      trend: { hash: hash('trend', 0.1), value: 0.1 },
      basis: { hash: hash('basis', 0.0004), value: 0.0004 },
    };
    expect(signature).toBe(digestOf({ kind: 'regime_feature_set', payload: { features } }));
    const { signature: own, ...payload } = made;
    expect(own).toBe(digestOf({ kind: 'decision_diary_entry', payload }));
    expect(parseEntry(JSON.parse(JSON.stringify(made)))).toEqual({ ok: true, value: made });
    expect(sealFaults(made)).toEqual([]);
  });

  it('D-13 of the same decision has the same id and signature in every replay', () => {
    const run = (id: string, at: string) =>
      entryOf(
        {
          outcomes: {
            paper_pnl: 1.5,
            client_order_id: `c-${id}`,
            order_id: 'o-1',
            strategy_id: 's-1',
            incident_id: id,
            seen_at: at,
            date: at.slice(0, 10),
            fill_latency_ms: Number(id),
            wait_seconds: Number(id),
            recent_trades: [id],
            remaining_trades: Number(id),
            legs: [{ event_id: id, price: 2, text: 'kept' }, at],
            nested: { elapsed: Number(id), duration_ms: Number(id), done: true, none: null },
          },
        },
        { ...MAKING, replay: true, now: T0 + Number(id) },
      );
    const [one, other] = [run('1', AT), run('2', '2024-05-05T05:05:05Z')];
    expect(other).toEqual(one);
    expect(one.entry_id).toMatch(/^dd-20260301T090000Z-[0-9a-f]{16}$/);
    expect(one.outcomes).toEqual({
      paper_pnl: 1.5,
      client_order_id: 'replayed',
      order_id: 'o-1',
      strategy_id: 's-1',
      incident_id: 'replayed',
      seen_at: '1970-01-01T00:00:00.000Z',
      date: '1970-01-01',
      fill_latency_ms: 0,
      wait_seconds: 0,
      recent_trades: [],
      remaining_trades: 0,
      legs: [{ event_id: 'replayed', price: 2, text: 'kept' }, '1970-01-01T00:00:00.000Z'],
      nested: { elapsed: 0, duration_ms: 0, done: true, none: null },
    });
    expect(entryOf({ outcomes: { seen_at: AT } }).outcomes).toEqual({ seen_at: AT });
  });

  it.each([
    ['policy', { policy_id: 'beta' }],
    ['time', { recorded_at: AT }],
    ['decision', { decision: { tactic_id: 'beta' } }],
    ['regime', { regime_state: { regime: 'bullish' } }],
    ['belief', { belief_state: { prior: 1 } }],
  ])('of another %s has another id', (_what, change) => {
    expect(entryOf(change).entry_id).not.toBe(entryOf().entry_id);
  });

  it('has the id it was given, or that of its content whatever came of it', () => {
    expect(entryOf({ entry_id: 'dd-mine' }).entry_id).toBe('dd-mine');
    const other = entryOf({ outcomes: { paper_pnl: 9 }, metadata: {}, notes: ['x'] });
    expect(other.entry_id).toBe(entryOf().entry_id);
    expect(other.signature).not.toBe(entryOf().signature);
  });

  it('has its time in UTC, our time where it names none, and never ours for a bad one', () => {
    expect(entryOf({ recorded_at: '2024-01-01T13:00:00+01:00' }).recorded_at).toBe(AT);
    const { recorded_at: _, ...timeless } = draftOf();
    const made = makeEntry(timeless, MAKING);
    expect(made.ok && made.value.recorded_at).toBe('2026-03-01T09:00:00.000Z');
    expect(faultsOf(draftOf({ recorded_at: 'yesterday' }))).toEqual([
      '/recorded_at time_malformed',
    ]);
  });

  it('has empty parts where nothing was said, and no belief of nothing', () => {
    const made = makeEntry({ policy_id: ' alpha ', decision: {}, regime_state: {} }, MAKING);
    expect(made).toMatchObject({
      ok: true,
      value: { policy_id: 'alpha', outcomes: {}, probes: [], notes: [] },
    });
    expect(entryOf({ belief_state: null })).not.toHaveProperty('belief_state');
    expect(entryOf({ belief_state: { a: 1 } }).belief_state).toEqual({ a: 1 });
    expect(entryOf({ notes: [' one ', '', '  '] }).notes).toEqual(['one']);
  });

  it('tells what its forces amount to, beside what they were', () => {
    const { metadata } = entryOf();
    expect(metadata['forced']).toEqual({
      value: true,
      causes: ['stage_gate'],
      reasons: [STAGE_REASON],
    });
    expect(metadata['drift_decision']).toMatchObject({ force_paper: true });
    const decision = { guardrails: { force_paper: true } };
    expect(entryOf({ decision, metadata: {} }).metadata['forced']).toEqual({
      value: true,
      causes: ['unspecified'],
      reasons: [],
    });
  });

  it('names a regime by its own name and leaves what nobody knows', () => {
    const labels = { regimes: ['balanced'], aliases: { calm: 'balanced' } };
    const regime = (label: unknown) =>
      entryOf({ regime_state: { regime: label } }, { ...MAKING, labels }).regime_state.regime;
    expect(regime(' Calm ')).toBe('balanced');
    expect(regime('Paper')).toBe('Paper');
    expect(regime(null)).toBeNull();
  });

  it('that was edited is found', () => {
    const entry = entryOf();
    const rules = (change: Open) => sealFaults({ ...entry, ...change }).map(({ rule }) => rule);
    expect(rules({ outcomes: { paper_pnl: 5 } })).toEqual(['signature_mismatch']);
    const { signature: _, ...rest } = entry;
    const resigned = (change: Open) =>
      rules({ ...change, signature: signatureOf({ ...rest, ...change }) });
    const regime_state = { ...entry.regime_state, features: { trend: 0.2, basis: 0.0004 } };
    expect(resigned({ regime_state })).toEqual(['features_mismatch']);
    expect(resigned({ decision: { tactic_id: 'alpha' } })).toEqual(['features_mismatch']);
    expect(resigned({})).toEqual([]);
  });
});

describe('a draft', () => {
  it.each([
    ['no object', 7, [' type']],
    ['no policy', { ...draftOf(), policy_id: undefined }, ['/policy_id type']],
    ['a blank policy', draftOf({ policy_id: '  ' }), ['/policy_id pattern']],
    ['a long id', draftOf({ entry_id: 'x'.repeat(201) }), ['/entry_id maxLength']],
    ['an unknown key', { ...draftOf(), severity: 'normal' }, ['/severity unknown_key']],
    ['notes of numbers', { ...draftOf(), notes: [1] }, ['/notes/0 type']],
    ['no decision', { policy_id: 'a', regime_state: {} }, ['/decision missing_key']],
    ['no regime', { policy_id: 'a', decision: {} }, ['/regime_state missing_key']],
    ['a decision of text', { ...draftOf(), decision: 'x' }, ['/decision type']],
    ['outcomes of a list', { ...draftOf(), outcomes: [] }, ['/outcomes type']],
    ['beliefs of text', { ...draftOf(), belief_state: 'x' }, ['/belief_state type']],
    [
      'a weight of text',
      draftOf({ decision: { selected_weight: '1' } }),
      ['/decision/selected_weight type'],
    ],
    [
      'parameters of a list',
      draftOf({ decision: { parameters: [] } }),
      ['/decision/parameters type'],
    ],
    [
      'a confidence of two',
      draftOf({ regime_state: { confidence: 2 } }),
      ['/regime_state/confidence anyOf'],
    ],
    [
      'a confidence below 0',
      draftOf({ regime_state: { confidence: -0.1 } }),
      ['/regime_state/confidence anyOf'],
    ],
    [
      'features of null',
      draftOf({ regime_state: { features: null } }),
      ['/regime_state/features type'],
    ],
    [
      'a mode',
      draftOf({ metadata: { execution_mode: 'demo' } }),
      ['/metadata/execution_mode enum'],
    ],
    [
      'a stage of 3',
      draftOf({ metadata: { release_stage: 3 } }),
      ['/metadata/release_stage anyOf'],
    ],
    [
      'a drift of text',
      draftOf({ metadata: { drift_decision: 'x' } }),
      ['/metadata/drift_decision type'],
    ],
    [
      'half a provenance',
      draftOf({ metadata: { provenance: { clock: 'real', venue: 'live' } } }),
      ['/metadata/provenance/data missing_key'],
    ],
    [
      'more of a provenance',
      draftOf({
        metadata: { provenance: { clock: 'real', venue: 'live', data: 'recorded', x: 1 } },
      }),
      ['/metadata/provenance/x unknown_key'],
    ],
    ['probes of an object', { ...draftOf(), probes: {} }, ['/probes type']],
    ['a probe of text', { ...draftOf(), probes: ['p'] }, ['/probes/0 type']],
    [
      'a probe without status',
      { ...draftOf(), probes: [{ probe_id: 'p' }] },
      ['/probes/0/status missing_key'],
    ],
    [
      'a probe with metadata of text',
      { ...draftOf(), probes: [{ probe_id: 'p', status: 'ok', metadata: 'x' }] },
      ['/probes/0/metadata type'],
    ],
    [
      'what JSON has not',
      draftOf({ outcomes: { when: new Date(0) } }),
      ['/outcomes/when not_plain'],
    ],
    ['no number', draftOf({ outcomes: { pnl: Number.NaN } }), ['/outcomes/pnl number_not_finite']],
  ])('with %s is refused by place', (_what, given, faults) => {
    expect(faultsOf(given)).toEqual(expect.arrayContaining(faults));
    expect(faultsOf(given)).toHaveLength(faults.length);
  });

  it('may carry any JSON where it is open, and build and node with its provenance', () => {
    const provenance = {
      clock: 'virtual',
      venue: 'simulated',
      data: 'synthetic',
      build_id: 'b',
      node: '24',
    };
    const draft = draftOf({
      decision: { own: [1, { deep: null }] },
      metadata: { provenance, ticket: 7, execution_mode: 'shadow' },
      outcomes: { fills: [] },
    });
    expect(faultsOf(draft)).toEqual([]);
    expect(faultsOf(draftOf({ regime_state: { regime: null, confidence: 1 } }))).toEqual([]);
    expect(faultsOf(draftOf({ regime_state: { confidence: 0 } }))).toEqual([]);
  });

  it('is no entry, and neither is what has no signature or more than one must have', () => {
    const rules = (given: unknown): readonly string[] => {
      const parsed = parseEntry(given);
      return parsed.ok ? [] : parsed.violations.map(({ path, rule }) => `${path} ${rule}`);
    };
    expect(rules(entryOf())).toEqual([]);
    expect(rules(null)).toEqual([' type']);
    expect(rules({ ...entryOf(), signature: 'A'.repeat(64) })).toEqual(['/signature pattern']);
    expect(rules({ ...entryOf(), belief_state: null })).toEqual(['/belief_state type']);
    expect(rules({ ...entryOf(), recorded_at: 'x' })).toEqual(['/recorded_at time_malformed']);
    const { probes: _p, metadata: _m, outcomes: _o, notes: _n, ...rest } = entryOf();
    expect(rules(rest)).toEqual([
      '/notes missing_key',
      '/outcomes missing_key',
      '/metadata missing_key',
      '/probes missing_key',
    ]);
  });

  it('of an amendment is metadata and nothing else', () => {
    expect(parsePatch({ release_execution: { route: 'paper' } }).ok).toBe(true);
    expect(parsePatch([])).toMatchObject({ ok: false, violations: [{ path: '', rule: 'type' }] });
    expect(parsePatch({ execution_mode: 'x' })).toMatchObject({
      violations: [{ path: '/execution_mode' }],
    });
    expect(parsePatch({ at: undefined })).toMatchObject({ violations: [{ path: '/at' }] });
  });
});

describe('a probe', () => {
  const definition: ProbeDefinition = {
    probe_id: 'p.slip',
    name: 'slippage',
    description: 'what fills cost',
    owner: 'desk',
    contact: '#desk',
    severity: 'high',
    tags: ['cost'],
    runbook: 'docs/runbooks/slip.md',
  };
  const probes = new Map([[definition.probe_id, definition]]);
  const probe = (given: Open) => entryOf({ probes: [given] }, { ...MAKING, probes }).probes[0];

  it('D-02 takes owner, contact, severity and runbook from its definition', () => {
    expect(probe({ probe_id: 'p.slip', status: 'fired' })).toEqual({
      probe_id: 'p.slip',
      status: 'fired',
      severity: 'high',
      owner: 'desk',
      contact: '#desk',
      runbook: 'docs/runbooks/slip.md',
      notes: [],
    });
  });

  it('keeps what it says itself, and stays bare where nobody defined it', () => {
    const own = {
      probe_id: 'p.slip',
      status: 'ok',
      owner: 'ana',
      notes: ['n'],
      metadata: { a: 1 },
    };
    expect(probe(own)).toMatchObject({ owner: 'ana', notes: ['n'], metadata: { a: 1 } });
    const bare = { probe_id: 'p.other', status: 'ok', notes: [] };
    expect(probe(bare)).toEqual(bare);
  });

  it('is defined in full, or refused by place', () => {
    const paths = (given: unknown): readonly string[] => {
      const parsed = parseProbeDefinition(given);
      return parsed.ok ? [] : parsed.violations.map(({ path }) => path);
    };
    expect(paths(definition)).toEqual([]);
    expect(paths({ ...definition, metadata: { a: 1 } })).toEqual([]);
    expect(paths({ ...definition, metadata: 1 })).toEqual(['/metadata']);
    expect(paths({ ...definition, owner: 1 })).toEqual(['/owner']);
    expect(paths({ ...definition, more: 1 })).toEqual(['/more']);
    expect(paths('p')).toEqual(['']);
  });
});
