import { describe, expect, it } from 'vitest';
import { bundleDeclaration } from '../declaration.fixture.ts';
import { ENVIRONMENTS, RISK_CLASSES } from '../declaration.ts';
import { requirementOf } from './requirement.ts';

const base = bundleDeclaration();
/** How many, and `self` where the requester may be one. */
const word = (declaration: typeof base): string => {
  const { approvals, selfAllowed } = requirementOf(declaration);
  if (approvals === 0) return 'none';
  return `${approvals}${selfAllowed ? ' self' : ' other'}`;
};

describe('G-37 the table of approvals', () => {
  it('is that of section 9.10, by class and environment', () => {
    const table = RISK_CLASSES.map((RISK_CLASS) =>
      ENVIRONMENTS.map((environment) => word({ ...base, RISK_CLASS, environment })),
    );
    expect(table).toEqual([
      ['none', 'none', 'none', 'none', 'none'],
      ['none', 'none', '1 self', '1 other', '1 other'],
      ['1 self', '1 self', '1 self', '1 other', '1 other'],
      ['1 self', '1 self', '1 self', '1 other', '1 other'],
    ]);
  });

  it('G-44 wants every approval before the first step', () => {
    for (const RISK_CLASS of RISK_CLASSES) {
      for (const environment of ENVIRONMENTS) {
        expect(requirementOf({ ...base, RISK_CLASS, environment }).when).toBe('before');
      }
    }
  });

  it('wants two people with different roles for custom high risk, everywhere', () => {
    for (const environment of ENVIRONMENTS) {
      const high = { ...base, environment, custom_high_risk: { reason: 'x' } };
      expect(requirementOf(high)).toEqual({
        approvals: 2,
        selfAllowed: false,
        differentRoles: true,
        when: 'before',
        reduceFirst: true,
      });
    }
  });

  it('wants somebody to look at broken glass, also where the class needs nobody', () => {
    const glass = { ...base, steps: [], break_glass: { reason: 'x' } };
    const read = { ...glass, RISK_CLASS: 'READ_ONLY' as const };
    expect(requirementOf(read)).toMatchObject({ approvals: 1, when: 'afterwards' });
    expect(requirementOf({ ...base, break_glass: { reason: 'x' } }).when).toBe('before');
  });
});
