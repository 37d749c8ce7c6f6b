import { describe, expect, it } from 'vitest';
import { approvalNames, differentPeople } from './approvals.ts';

const voices = (...told: string[]) =>
  told.map((each) => {
    const [approver = '', role = ''] = each.split(':');
    return { approver, role };
  });
const seated = (...told: string[]) =>
  differentPeople(voices(...told)).map(({ approver, role }) => `${approver}:${role}`);

describe('different people', () => {
  it.each([
    [[], []],
    [['ana:risk'], ['ana:risk']],
    [
      ['ana:risk', 'ben:compliance'],
      ['ben:compliance', 'ana:risk'],
    ],
    [['ana:risk', 'ana:compliance'], ['ana:risk']],
    [['ana:risk', ' ANA@firm.example:compliance'], ['ana:risk']],
    [['ana:risk', 'ben:Risk'], ['ana:risk']],
    [
      ['ana:risk', 'ben:risk_', 'ben:RISK '],
      ['ana:risk', 'ben:risk_'],
    ],
    [
      ['ana:risk', 'ana:compliance', 'ben:risk'],
      ['ana:compliance', 'ben:risk'],
    ],
    [
      ['ben:risk', 'ana:risk', 'ana:compliance'],
      ['ana:compliance', 'ben:risk'],
    ],
  ])('L-18 G-09 of %j are %j', (told, wanted) => {
    expect(seated(...told)).toEqual(wanted);
  });

  it('move on where that makes room for one more', () => {
    expect(seated('ana:a', 'ana:b', 'ben:a', 'ben:c', 'carl:a', 'dora:c', 'dora:d').length).toBe(4);
    expect(seated('ana:a', 'ben:a', 'carl:a', 'carl:b').length).toBe(2);
  });
});

describe('plain approvals', () => {
  it('L-07 are trimmed, without blanks, each once, and sorted by code point', () => {
    expect(approvalNames(['risk', 'OPS', '', 'risk'])).toEqual(['OPS', 'risk']);
    expect(approvalNames([' b', 'a ', '  ', 7])).toEqual(['7', 'a', 'b']);
  });
});
