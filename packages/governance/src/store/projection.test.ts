import { closed, createParser } from '@holdfast/core/parse';
import { NO_HASH } from '@holdfast/runtime/proof';
import { describe, expect, it } from 'vitest';
import { EMPTY_CHAIN } from './event.ts';
import { ChainHeadSchema, projectionFault, viewFault, withChainHead } from './projection.ts';

const HASH = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const HEAD = { seq: 4, hash: HASH };
const event = { ...HEAD, type: 'told' };
const view = withChainHead({ records: {} }, event);

describe('a projection', () => {
  it('carries the head of its chain, and is of that chain alone', () => {
    expect(view).toEqual({ records: {}, chain_head: HEAD });
    expect(projectionFault(view, HEAD)).toBeNull();
    expect(projectionFault({ chain_head: EMPTY_CHAIN }, EMPTY_CHAIN)).toBeNull();
  });

  it('has the head in its own schema', () => {
    const parse = createParser(closed({ records: closed({}), chain_head: ChainHeadSchema }));
    expect(parse(view)).toMatchObject({ ok: true });
    expect(parse({ records: {} })).toMatchObject({ violations: [{ path: '/chain_head' }] });
  });

  it.each([
    ['behind', { seq: 5, hash: HASH }, 'projection_behind'],
    ['ahead', { seq: 3, hash: HASH }, 'projection_ahead'],
    ['ahead of an empty chain', EMPTY_CHAIN, 'projection_ahead'],
    ['of another chain', { seq: 4, hash: OTHER }, 'projection_of_other_chain'],
  ])('%s is refused', (_, head, code) => {
    const detail = `folded up to 4 ${HASH}, the chain ends with ${head.seq} ${head.hash}`;
    expect(projectionFault(view, head)).toEqual({ ok: false, code, detail });
  });

  it.each([
    ['nothing', null],
    ['a list', []],
    ['a text', 'chain_head'],
    ['no head', { records: {} }],
    ['half a head', { chain_head: { seq: 4 } }],
    ['more than a head', { chain_head: { ...HEAD, at: 1 } }],
    ['a number that is none', { chain_head: { seq: '4', hash: HASH } }],
    ['half a number', { chain_head: { seq: 4.5, hash: HASH } }],
    ['a number before all', { chain_head: { seq: -2, hash: NO_HASH } }],
    ['a hash that is none', { chain_head: { seq: 4, hash: HASH.toUpperCase() } }],
    ['no event with a hash', { chain_head: { seq: -1, hash: HASH } }],
    ['an event without a hash', { chain_head: { seq: 0, hash: NO_HASH } }],
  ])('with %s is refused', (_, wrong) => {
    for (const head of [HEAD, EMPTY_CHAIN]) {
      expect(projectionFault(wrong, head)).toMatchObject({ code: 'projection_without_head' });
    }
  });

  it('that is not what the chain adds up to is edited', () => {
    expect(viewFault(view, view)).toBeNull();
    expect(viewFault({ chain_head: HEAD, records: {} }, view)).toBeNull();
    const edited = { ...view, records: { alpha: {} } };
    expect(viewFault(edited, view)).toMatchObject({ ok: false, code: 'projection_edited' });
    const strange = { ...view, records: undefined };
    expect(viewFault(strange, view)).toMatchObject({
      code: 'projection_edited',
      detail: expect.stringContaining('is no JSON') as string,
    });
    const old = withChainHead({ records: {} }, { seq: 3, hash: OTHER });
    expect(viewFault(old, view)).toMatchObject({ code: 'projection_behind' });
  });
});
