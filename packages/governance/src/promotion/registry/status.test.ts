import { describe, expect, it } from 'vitest';
import { GATED_STATUSES, isGated, LOWER, readStatus, STATUSES, stepOf } from './status.ts';

/** The table of section 5.5, written down once more from the text. */
const ALLOWED: Readonly<Record<string, { readonly guarded: string; readonly free: string }>> = {
  evolved: {
    guarded: 'approved approved_fallback approved_default',
    free: 'inactive rejected',
  },
  approved: {
    guarded: 'approved_fallback approved_default pilot_active',
    free: 'evolved inactive rejected',
  },
  approved_fallback: {
    guarded: 'approved approved_default pilot_active',
    free: 'evolved inactive rejected',
  },
  approved_default: {
    guarded: 'approved pilot_active',
    free: 'evolved approved_fallback inactive rejected',
  },
  pilot_active: {
    guarded: 'active',
    free: 'approved approved_fallback approved_default inactive rejected',
  },
  active: {
    guarded: '',
    free: 'approved approved_fallback approved_default pilot_active inactive rejected',
  },
  inactive: {
    guarded: 'approved approved_fallback approved_default',
    free: 'evolved rejected',
  },
  rejected: { guarded: '', free: 'evolved' },
};

const CELLS = STATUSES.flatMap((from) =>
  STATUSES.map((to) => {
    const { guarded = '', free = '' } = ALLOWED[from] ?? {};
    if (guarded.split(' ').includes(to)) return [from, to, 'guarded'] as const;
    return [from, to, free.split(' ').includes(to) ? 'free' : 'illegal'] as const;
  }),
);

describe('statuses', () => {
  it('are eight, and make sixty-four steps', () => {
    expect(CELLS).toHaveLength(64);
    expect(new Set(CELLS.map((cell) => cell.join())).size).toBe(64);
  });

  it.each(CELLS)('%s to %s is %s', (from, to, step) => {
    expect(stepOf(from, to)).toBe(step);
  });

  it('are guarded where they were earned', () => {
    expect(STATUSES.filter(isGated)).toEqual([...GATED_STATUSES]);
    expect(GATED_STATUSES).toEqual([
      'approved',
      'approved_fallback',
      'approved_default',
      'pilot_active',
      'active',
    ]);
    for (const [, to, step] of CELLS) if (step === 'guarded') expect(isGated(to)).toBe(true);
  });

  it('are lowered by steps that nothing refuses, and always to somewhere safe', () => {
    for (const from of GATED_STATUSES) {
      expect(LOWER[from].at(-1)).toBe('inactive');
      for (const to of LOWER[from]) expect(stepOf(from, to)).toBe('free');
    }
    expect(LOWER.active).toEqual(['pilot_active', 'approved', 'inactive']);
  });

  it('are read in any case, and nothing else is one', () => {
    expect(readStatus(' Pilot_Active ')).toEqual({ ok: true, status: 'pilot_active' });
    expect(readStatus(' Actve')).toEqual({ ok: false, code: 'unknown_status:actve' });
    expect(readStatus('')).toEqual({ ok: false, code: 'unknown_status:' });
  });
});
