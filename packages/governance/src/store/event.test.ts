import { digestOf, NO_HASH } from '@holdfast/runtime/proof';
import { describe, expect, it } from 'vitest';
import { EMPTY_CHAIN, isSameHead, parseGovernanceEvent } from './event.ts';

const unhashed = {
  v: 1,
  domain: 'ledger',
  seq: 0,
  ts: '2026-03-01T09:00:00.000Z',
  type: 'promoted',
  subject: 'alpha',
  actor: 'ana',
  payload: { anything: [1, { at: 'all' }] },
  refs: {},
  prev_hash: NO_HASH,
};
const event = { ...unhashed, hash: digestOf(unhashed) };

describe('an event of governance', () => {
  it('is its envelope, and any object as payload', () => {
    expect(parseGovernanceEvent(event)).toEqual({ ok: true, value: event });
    const refs = { policy_id: 'a', run_id: 'b', candidate_id: 'c', operation_id: 'd' };
    const full = { ...event, refs: { ...refs, intent_id: 'e' } };
    expect(parseGovernanceEvent(full)).toMatchObject({ ok: true });
  });

  it.each<[string, unknown, readonly string[]]>([
    ['nothing', null, ['']],
    ['a text', 'event', ['']],
    ['a list', [event], ['']],
    ['a key nobody knows', { ...event, note: 1 }, ['/note']],
    ['a reference nobody knows', { ...event, refs: { note: 'a' } }, ['/refs/note']],
    ['another version', { ...event, v: 2 }, ['/v']],
    ['a domain that keeps its own chain', { ...event, domain: 'ops' }, ['/domain']],
    ['no number', { ...event, seq: -1 }, ['/seq']],
    ['a time without its zone', { ...event, ts: '2026-03-01T09:00:00.000' }, ['/ts']],
    ['a name of two lines', { ...event, actor: 'a\nb' }, ['/actor']],
    ['a name that goes on', { ...event, type: 'a'.repeat(201) }, ['/type']],
    ['a name with a control', { ...event, subject: 'a\u007f' }, ['/subject']],
    ['a hash that is none', { ...event, hash: 'A'.repeat(64) }, ['/hash']],
    ['a list as payload', { ...event, payload: [] }, ['/payload']],
    ['no payload at all', { ...event, payload: null }, ['/payload']],
    ['one without its hash', unhashed, ['/hash']],
    ['two things wrong', { ...event, v: 0, payload: 1 }, ['/v', '/payload']],
  ])('is not %s', (_, value, paths) => {
    const parsed = parseGovernanceEvent(value);
    expect(parsed.ok ? [] : parsed.violations.map(({ path }) => path)).toEqual(paths);
  });

  it('misses its payload by name', () => {
    const { payload: _, ...rest } = event;
    expect(parseGovernanceEvent(rest)).toMatchObject({
      violations: [{ path: '/payload', rule: 'missing_key' }],
    });
    expect(parseGovernanceEvent({ ...event, payload: 7 })).toMatchObject({
      violations: [{ path: '/payload', rule: 'type', message: 'must be object' }],
    });
  });
});

describe('the head of a chain', () => {
  it('is one only with number and hash alike', () => {
    expect(isSameHead(EMPTY_CHAIN, { seq: -1, hash: NO_HASH })).toBe(true);
    expect(isSameHead(EMPTY_CHAIN, { seq: 0, hash: NO_HASH })).toBe(false);
    expect(isSameHead(EMPTY_CHAIN, { seq: -1, hash: event.hash })).toBe(false);
  });
});
