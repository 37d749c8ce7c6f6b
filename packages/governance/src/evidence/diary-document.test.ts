import { describe, expect, it } from 'vitest';
import { readArchive } from './archive.ts';
import { Diary } from './diary.ts';
import {
  ChainDesk,
  draftOf,
  entryAt,
  entryOf,
  eventsOf,
  MAKING,
  RECORDING,
  T0,
} from './diary.fixture.ts';
import {
  diaryDocument,
  type DocumentRead,
  exportJson,
  importDocument,
  readDiaryDocument,
} from './diary-document.ts';
import { recordedFact } from './diary-events.ts';
import { entryMarkdown, exportMarkdown } from './diary-markdown.ts';
import type { ProbeDefinition } from './probe.ts';
import { noteMissing } from './record.ts';

const PROBE: ProbeDefinition = {
  probe_id: 'p',
  name: 'n',
  description: 'd',
  owner: 'ana',
  contact: '#a',
  severity: 'low',
  tags: [],
};
const read = (payload: unknown, making = MAKING): DocumentRead =>
  readDiaryDocument(typeof payload === 'string' ? payload : JSON.stringify(payload), making);
const faults = (payload: unknown): readonly string[] => {
  const done = read(payload);
  return done.ok ? [] : done.faults.map(({ path, rule }) => `${path} ${rule}`);
};
const documentOf = (desk: ChainDesk) => {
  const done = readArchive(desk.events);
  if (!done.ok) throw new Error('broken');
  return diaryDocument(done.archive, new Map([['p', PROBE]]), T0);
};
const foreign = (change: object = {}) => ({ ...draftOf(), signature: 'abc', ...change });

describe('the document', () => {
  it('has its entries by time, its probes and the end of its chain', () => {
    const desk = new ChainDesk().record(entryAt(2)).record(entryAt(1));
    expect(documentOf(desk)).toEqual({
      generated_at: '2026-03-01T09:00:00.000Z',
      entries: [entryAt(1), entryAt(2)],
      probe_registry: { generated_at: '2026-03-01T09:00:00.000Z', probes: { p: PROBE } },
      chain_head: desk.diary.head,
    });
  });

  it('D-03 shows an amended entry merged, signed anew, with who added what', () => {
    const entry = entryAt(1, { metadata: { release_stage: 'paper', ticket: 1 } });
    const desk = new ChainDesk()
      .record(entry)
      .amend('dd-1', { ticket: 2, release_execution: { forced: true } })
      .amend('dd-1', { note: 'x' });
    const [merged] = documentOf(desk).entries as [typeof entry];
    expect(merged.metadata).toEqual({
      release_stage: 'paper',
      ticket: 2,
      note: 'x',
      release_execution: { forced: true },
      forced: { value: true, causes: ['unspecified'], reasons: [] },
      amendments: [
        {
          actor: 'router',
          reason: 'routed',
          at: '2026-03-01T09:00:00.000Z',
          keys: ['release_execution', 'ticket'],
        },
        { actor: 'router', reason: 'routed', at: '2026-03-01T09:00:00.000Z', keys: ['note'] },
      ],
    });
    const again = read(documentOf(desk));
    if (!again.ok) throw new Error(JSON.stringify(again.faults));
    expect(again.document.entries).toEqual([merged]);
    const imported = importDocument(new Diary(), again.document, RECORDING);
    if (!imported.ok) throw new Error(JSON.stringify(imported.faults));
    // What was amended in one chain may be amended in the next: the list goes on.
    const next = new ChainDesk().take(imported.facts).amend('dd-1', { more: 1 });
    expect((documentOf(next).entries as [typeof entry])[0].metadata['amendments']).toHaveLength(3);
  });

  it('D-05 keeps an entry that was edited, and its reader refuses it by place', () => {
    const forged = { ...entryAt(1), notes: ['forged'] };
    const told = { actor: 'loop', ingestedAt: 'x', backdated: false };
    const done = readArchive(
      eventsOf([recordedFact(forged, told), recordedFact(entryAt(2), told)]),
    );
    if (!done.ok) throw new Error('broken');
    const written = diaryDocument(done.archive, new Map(), T0);
    expect(written.entries).toEqual([entryAt(2), forged]);
    expect(faults(written)).toEqual([
      '/entries/1 signature_mismatch'.replace('1 ', '1/signature '),
    ]);
    const bare = { ...recordedFact(entryAt(2), told), payload: {} };
    const nothing = readArchive(eventsOf([bare]));
    expect(nothing).toMatchObject({ ok: true, archive: { quarantined: [null] } });
  });

  it('is not made of a broken chain, or of an amendment that may not be', () => {
    const { events } = new ChainDesk().record(entryAt(1)).record(entryAt(2));
    expect(readArchive(events.slice(1))).toMatchObject({ ok: false, violations: [{ seq: 1 }] });
    expect(readArchive(events.slice(1), 'checked')).toMatchObject({ ok: true });
    const bad = { amends: 'dd-1', patch: { forced: {} }, actor: 'm', reason: 'r', at: 'x' };
    const fact = { type: 'amended', subject: 'dd-1', actor: 'm', payload: bad, refs: {} };
    const desk = new ChainDesk().record(entryAt(1)).take([fact]);
    expect(readArchive(desk.events)).toMatchObject({
      ok: false,
      violations: [{ subject: 'dd-1' }],
    });
  });

  it('keeps what is missing', () => {
    const missing = { runId: 'r', fromSequence: 1, count: 2, cause: 'c', actor: 'feed', now: T0 };
    const desk = new ChainDesk().take([
      noteMissing({ ...missing, policyId: 'alpha' }),
      noteMissing({ ...missing, policyId: null }),
    ]);
    const again = read(documentOf(desk));
    if (!again.ok) throw new Error(JSON.stringify(again.faults));
    const imported = importDocument(new Diary(), again.document, { ...RECORDING, actor: 'feed' });
    expect(imported).toEqual({
      ok: true,
      facts: desk.events.map(({ type, subject, actor, payload, refs }) => ({
        type,
        subject,
        actor,
        payload,
        refs,
      })),
    });
    expect(faults({ ...documentOf(desk), feed_gaps: [{ count: 1 }] })).toContain(
      '/feed_gaps/0/run_id missing_key',
    );
  });

  it('is exported from a moment on, with the indent that was asked for', () => {
    const entries = [entryAt(1), entryAt(2)];
    const since = T0 + 120_000;
    const generated_at = '2026-03-01T09:00:00.000Z';
    expect(exportJson(entries, T0)).toBe(JSON.stringify({ generated_at, entries }, null, 2));
    expect(exportJson(entries, T0, { since, indent: 0 })).toBe(
      JSON.stringify({ generated_at, entries: [entryAt(2)] }),
    );
    expect(JSON.parse(exportJson(entries, T0, { since: since + 1 }))).toEqual({
      generated_at,
      entries: [],
    });
  });
});

describe('reading a document', () => {
  it.each(['', ' \n '])('takes %j for an empty one', (text) => {
    const probes = new Map([['p', PROBE]]);
    expect(read(text, { ...MAKING, probes })).toEqual({
      ok: true,
      document: { chainHead: null, entries: [], probes, gaps: [] },
    });
    expect(read('{}')).toEqual({
      ok: true,
      document: { chainHead: null, entries: [], probes: new Map(), gaps: [] },
    });
  });

  it.each([
    ['[]', 'payload_not_mapping', 'Decision diary payload must be a mapping'],
    ['7', 'payload_not_mapping', 'Decision diary payload must be a mapping'],
    ['{"entries":{}}', 'entries_not_list', "Decision diary 'entries' field must be a list"],
    ['{"entries":null}', 'entries_not_list', "Decision diary 'entries' field must be a list"],
  ])('refuses %s in the words of the specification', (text, code, message) => {
    expect(read(text)).toEqual({ ok: false, code, message, faults: [] });
  });

  it('refuses what is no JSON', () => {
    expect(read('{"entries": [}')).toMatchObject({ ok: false, code: 'not_json' });
  });

  it('names by place all that is malformed, and takes nothing then', () => {
    const done = read({
      generated_at: 'x',
      version: 1,
      entries: [foreign(), 7, foreign({ recorded_at: 'then' }), foreign({ notes: [1] })],
      probe_registry: { probes: { p: { ...PROBE, owner: 1 }, 'a/b': 3 } },
    });
    expect(done).toMatchObject({
      ok: false,
      code: 'document_faulty',
      message: '6 faults; nothing is imported',
    });
    expect(done.ok ? [] : done.faults.map(({ path, rule }) => `${path} ${rule}`)).toEqual([
      '/version unknown_key',
      '/probe_registry/probes/p/owner type',
      '/probe_registry/probes/a~1b type',
      '/entries/1 type',
      '/entries/2/recorded_at time_malformed',
      '/entries/3/notes/0 type',
    ]);
  });

  it.each([
    ['a list that comes twice', '{"entries":[],"entries":[]}', '/entries duplicate_key'],
    [
      'a key twice in an entry',
      '{"entries":[{"policy_id":"a","policy_id":"b"}]}',
      '/entries/0/policy_id duplicate_key',
    ],
    [
      'a number nobody can keep',
      '{"entries":[{"outcomes":{"id":12345678901234567}}]}',
      '/entries/0/outcomes/id number_not_exact',
    ],
    ['a head of text', '{"entries":[],"chain_head":"x"}', '/chain_head type'],
    ['a head without hash', '{"entries":[],"chain_head":{"seq":1}}', '/chain_head type'],
    ['a head without number', '{"entries":[],"chain_head":{"hash":"a"}}', '/chain_head type'],
    ['gaps of an object', '{"feed_gaps":{}}', '/feed_gaps type'],
    ['probes of a list', '{"probe_registry":{"probes":[]}}', '/probe_registry/probes type'],
    ['a registry of text', '{"probe_registry":"x"}', '/probe_registry/probes type'],
  ])('refuses %s', (_what, text, fault) => {
    expect(faults(text)).toContain(fault);
  });

  it('keeps a number whose digits are all there, however it is spelled', () => {
    const numbers = '[0.30000000000000004,1.2345678901234566e-07,-12345678901234567000,100]';
    const entry = JSON.stringify(foreign()).replace('"paper_pnl":0', `"pnl":${numbers}`);
    const text = `{"entries":[${entry}]}`;
    const done = read(text);
    expect(done.ok && done.document.entries[0]?.outcomes).toEqual({ pnl: JSON.parse(numbers) });
  });

  it('reads more than one strict text may hold', () => {
    const entries = Array.from({ length: 700 }, (_, index) => entryAt(index));
    const text = JSON.stringify({ chain_head: { seq: 1, hash: 'x' }, entries }, null, 2);
    expect(text.length).toBeGreaterThan(1 << 20);
    const done = read(text);
    expect(done.ok && done.document.entries).toEqual(entries);
    const huge = foreign({ notes: ['x'.repeat(1 << 20)] });
    expect(faults({ entries: [huge] })).toEqual(['/entries/0 too_large']);
  });

  it('whatever marks stand in its texts and between its values', () => {
    const odd = JSON.stringify(foreign({ notes: ['}],{["\\'] }));
    const plain = JSON.stringify(foreign({ entry_id: 'dd-2' }));
    const head = ' {\n"generated_at" : "a\\"]}\\\\", "entries"\t:\r';
    const text = `${head}[ ${odd} ,\n${plain} ] } `;
    const done = read(text);
    expect(done.ok && done.document.entries.map(({ notes }) => notes)).toEqual([['}],{["\\'], []]);
    expect(read('{"entries":[],"generated_at":"x"}').ok).toBe(true);
    expect(read('{"generated_at":1,"entries":[]}').ok).toBe(true);
  });

  it('keeps a foreign signature as it is, signs anew, and finds the probes of the document', () => {
    const done = read({
      entries: [foreign({ probes: [{ probe_id: 'p', status: 'ok' }] })],
      probe_registry: { probes: { p: PROBE } },
    });
    if (!done.ok) throw new Error(JSON.stringify(done.faults));
    const known = read({ entries: [] }, { ...MAKING, probes: new Map([['q', PROBE]]) });
    expect(known.ok && [...known.document.probes.keys()]).toEqual(['q']);
    const [entry] = done.document.entries;
    expect(done.document.chainHead).toBeNull();
    expect(entry?.metadata['foreign_signature']).toBe('abc');
    expect(entry?.signature).toMatch(/^[0-9a-f]{64}$/);
    expect(entry?.probes).toMatchObject([{ owner: 'ana', notes: [] }]);
    const imported = importDocument(new Diary(), done.document, RECORDING);
    if (!imported.ok) throw new Error(JSON.stringify(imported.faults));
    const { diary } = new ChainDesk().take(imported.facts);
    expect(diary.readingOf('alpha').facts).toMatchObject([{ stage: 'paper', provenance: null }]);
  });

  it('gives a foreign entry without policy the name unknown, and never a time', () => {
    const { policy_id: _p, signature: _s, metadata: _m, ...bare } = foreign();
    const done = read({ entries: [bare] });
    expect(done.ok && done.document.entries[0]).toMatchObject({
      policy_id: 'unknown',
      metadata: { foreign_signature: 'none' },
    });
    expect(faults({ entries: [foreign({ recorded_at: undefined })] })).toEqual([
      '/entries/0/recorded_at time_malformed',
    ]);
    expect(faults({ entries: [foreign({ recorded_at: null })] })).toEqual([
      '/entries/0/recorded_at time_malformed',
    ]);
    expect(faults({ entries: [foreign({ metadata: 3 })] })).toEqual(['/entries/0/metadata type']);
  });

  it('D-05 holds ours to our signature', () => {
    const own = { chain_head: { seq: 0, hash: 'x' }, entries: [entryOf()] };
    expect(faults(own)).toEqual([]);
    const edited = { ...own, entries: [{ ...entryOf(), policy_id: 'beta' }] };
    expect(faults(edited)).toEqual(['/entries/0/signature signature_mismatch']);
    expect(faults({ ...own, entries: [foreign()] })).toContain('/entries/0/signature pattern');
  });
});

describe('importing', () => {
  const importing = (entries: readonly unknown[], diary = new Diary(), now = T0 + 3_600_000) => {
    const done = read({ entries });
    if (!done.ok) throw new Error(JSON.stringify(done.faults));
    const decided = importDocument(diary, done.document, { ...RECORDING, now });
    return decided.ok
      ? decided.facts.length
      : decided.faults.map(({ path, rule }) => `${path} ${rule}`);
  };

  it('takes all or nothing, and says by place what it would not take', () => {
    const odd = foreign({ entry_id: 'dd-2', regime_state: { regime: 'calm' } });
    const early = foreign({ entry_id: 'dd-3', recorded_at: '2026-03-02T09:00:00Z' });
    expect(importing([foreign(), foreign({ entry_id: 'dd-1' })])).toBe(2);
    expect(importing([foreign(), odd, early])).toEqual([
      '/entries/1 regime_unknown',
      '/entries/2 recorded_at_in_future',
    ]);
  });

  it('takes what comes twice once, and refuses one id for two', () => {
    expect(importing([foreign(), foreign()])).toBe(1);
    expect(importing([foreign(), foreign({ notes: ['other'] })])).toEqual([
      '/entries/1 duplicate_entry_id',
    ]);
    const { diary } = new ChainDesk().record(entryOf());
    expect(importing([foreign({ entry_id: entryOf().entry_id })], diary)).toEqual([
      '/entries/0 duplicate_entry_id',
    ]);
  });
});

const EXPECTED = (id: string, features: string | undefined): string =>
  [
    `# Decision diary entry — ${id}`,
    '',
    '- recorded_at: 2026-03-01T09:00:00.000Z',
    '- policy_id: alpha',
    '',
    '## Regime context',
    '',
    '- regime: balanced',
    '',
    '## Decision parameters',
    '',
    '- tactic\\_id: alpha',
    '- feature\\_hashes: \\{\\}',
    `- features\\_signature: ${features}`,
    '',
    '## Outcomes',
    '',
    '_none_',
    '',
    '## Belief snapshot',
    '',
    '- prior: 0.5',
    '',
    '## Probe ownership',
    '',
    '| Probe ID | Status | Owner | Severity | Contact | Notes |',
    '| --- | --- | --- | --- | --- | --- |',
    '| p\\|x | ok | ana | low | \\#a | 1; 2 |',
    '| q | off |  |  |  |  |',
    '',
    '## Metadata',
    '',
    '- release\\_stage: paper',
    '- forced: \\{"value":false,"causes":\\[\\],"reasons":\\[\\]\\}',
    '',
    '## Notes',
    '',
    '- \\*bold\\*\\n\\# no header',
    '',
  ].join('\n');

describe('as Markdown', () => {
  it('an entry has its sections in their order', () => {
    const entry = entryOf({
      decision: { tactic_id: 'alpha' },
      outcomes: {},
      belief_state: { prior: 0.5 },
      regime_state: { regime: 'balanced' },
      metadata: { release_stage: 'paper' },
      probes: [
        {
          probe_id: 'p|x',
          status: 'ok',
          owner: 'ana',
          severity: 'low',
          contact: '#a',
          notes: ['1', '2'],
        },
        { probe_id: 'q', status: 'off' },
      ],
      notes: ['*bold*\n# no header'],
    });
    const { entry_id: id, decision } = entry;
    expect(entryMarkdown(entry)).toBe(EXPECTED(id, decision.features_signature));
  });

  it('entries are joined by a rule, and none has its own words', () => {
    const [one, two] = [entryAt(1), entryAt(2)];
    expect(exportMarkdown([one, two])).toBe(`${entryMarkdown(one)}\n---\n\n${entryMarkdown(two)}`);
    expect(exportMarkdown([one, two], { since: T0 + 120_000 })).toBe(entryMarkdown(two));
    expect(exportMarkdown([one], { since: T0 + 120_000 })).toBe(
      '_No entries available for the selected window._\n',
    );
    expect(entryMarkdown(entryAt(1, { notes: ['a\\b'] }))).toContain('- a\\\\b\n');
    expect(entryMarkdown(one)).toContain('## Probe ownership\n\n_none_\n');
  });
});
