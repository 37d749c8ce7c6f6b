import { describe, expect, it } from 'vitest';
import { chooseSource, type SourceRefusal, type SourceWish } from './source-choice.ts';

const DERIBIT = 'wss://www.deribit.com/ws/api/v2';
/** A machine that may follow Deribit, in every respect. */
const PAPER: SourceWish = {
  place: DERIBIT,
  namedHost: 'www.deribit.com',
  machine: 'PAPER',
  paperHosts: ['www.deribit.com'],
  credentials: [],
};
/** A machine that says nothing of itself. */
const DEV: SourceWish = { ...PAPER, namedHost: null, machine: 'DEV' };

describe('a source', () => {
  it('beyond this machine may be reached where everything allows it, and is a real market', () => {
    expect(chooseSource(PAPER)).toEqual({ ok: true, kind: 'address', url: DERIBIT, isReal: true });
  });

  const refusals: readonly (readonly [SourceRefusal, Partial<SourceWish>])[] = [
    ['host_not_named', { namedHost: null }],
    ['host_not_named', { namedHost: 'test.deribit.com' }],
    ['machine_not_paper', { machine: 'DEV' }],
    ['machine_not_paper', { machine: 'LIVE' }],
    ['host_not_allowed', { paperHosts: [] }],
    [
      'host_not_allowed',
      { place: 'wss://test.deribit.com/ws/api/v2', namedHost: 'test.deribit.com' },
    ],
    ['address_without_tls', { place: 'ws://www.deribit.com/ws/api/v2' }],
    ['paper_with_credential', { credentials: ['DERIBIT_CLIENT_SECRET'] }],
    ['address_with_credential', { place: 'wss://id:secret@www.deribit.com/ws/api/v2' }],
    ['address_with_credential', { place: `${DERIBIT}?token=abc` }],
    ['address_unreadable', { place: 'https://www.deribit.com/api/v2' }],
    ['address_unreadable', { place: 'deribit' }],
  ];
  it.each(refusals)('is refused alone for %s (%o)', (rule, more) => {
    expect(chooseSource({ ...PAPER, ...more })).toMatchObject({ ok: false, rule });
  });

  it('on this machine needs nothing of that, and is no real market', () => {
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
      const place = `ws://${host}:8025/ws/api/v2`;
      const choice = chooseSource({ ...DEV, place, credentials: ['DERIBIT_CLIENT_SECRET'] });
      expect(choice).toMatchObject({ ok: true, kind: 'address', isReal: false });
    }
    const place = 'ws://id@127.0.0.1:8025/ws/api/v2';
    expect(chooseSource({ ...DEV, place })).toMatchObject({ rule: 'address_with_credential' });
  });

  it('may be a file', () => {
    const choice = chooseSource({ ...DEV, place: 'tape:a/b.jsonl' });
    expect(choice).toEqual({ ok: true, kind: 'tape', path: 'a/b.jsonl' });
  });
});
