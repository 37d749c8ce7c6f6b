import { describe, expect, it } from 'vitest';
import { checklistFault, checklistOf } from './checklist.ts';

const of = (promotion_checklist: object) => checklistOf({ promotion_checklist } as never);
const ALL = ['oos_regime_grid', 'leakage_checks', 'risk_audit'];
const PASS = { status: 'pass', evidence_ref: 'runs/7' };

describe('G-21 the promotion checklist', () => {
  it('has one form, of which true and pass are complete', () => {
    const checklist = of({ oos_regime_grid: true, leakage_checks: PASS, risk_audit: false });
    expect(checklist).toEqual({
      items: { oos_regime_grid: true, leakage_checks: true, risk_audit: false },
      missing: ['risk_audit'],
    });
    expect(of({ ...PASS, risk_audit: true }).missing).toEqual(ALL);
    expect(of({ risk_audit: { ...PASS, status: 'fail' } }).missing).toEqual(ALL);
  });

  it.each([
    [{}],
    [{ promotion_checklist: ALL }],
    [{ promotion_checklist: 'oos_regime_grid, leakage_checks, risk_audit' }],
    [{ promotion_checklist: { oos_regime_grid: 'pass', leakage_checks: true, risk_audit: true } }],
    [{ promotion_checklist: { oos_regime_grid: 1, leakage_checks: true, risk_audit: true } }],
    [{ oos_regime_grid: true, leakage_checks: true, risk_audit: true }],
    [{ promotion_checklist: { risk_audit: { status: 'pass' } } }],
  ])('%j has nothing complete', (metadata) => {
    expect(checklistOf(metadata as never).missing).toEqual(ALL);
  });

  it('that is handed in is refused at the place that is wrong', () => {
    expect(checklistFault({})).toBeNull();
    expect(checklistFault({ promotion_checklist: {} })).toBeNull();
    expect(checklistFault({ promotion_checklist: { risk_audit: PASS } })).toBeNull();
    expect(checklistFault({ promotion_checklist: { luck: true } })).toContain(
      'promotion_checklist/luck unknown key',
    );
    expect(checklistFault({ promotion_checklist: null })).toContain('promotion_checklist ');
    const unproved = { risk_audit: { status: 'pass', evidence_ref: '' } };
    expect(checklistFault({ promotion_checklist: unproved })).not.toBeNull();
  });
});
