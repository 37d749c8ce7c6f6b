import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readPersonalFolder } from '../../operations/signoff/personal-document.ts';
import { makeTrust } from '../../operations/signoff/trust.fixture.ts';
import { ASSESSMENT, codeOf, HOUR, LedgerDesk, NOW } from './ledger.fixture.ts';
import {
  type ApprovalDocument,
  readConsent,
  readPromotionApproval,
  signConsent,
  signPromotionApproval,
} from './personal-yes.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-yes-'));
afterAll(() => rmSync(root, { recursive: true }));
const trust = makeTrust(join(root, 'keys'));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(root, 'yes-'));
});

const time = (at: number): string => new Date(at).toISOString();
const DOCUMENT: ApprovalDocument = {
  promotion_approval_version: 1,
  policy_id: 'alpha',
  approver: 'ana',
  role: 'Risk Officer',
  approved_at: time(NOW),
  expires_at: time(NOW + HOUR),
  target_stage: 'pilot',
  evidence_id: 'dd-paper',
  config_hash: 'd'.repeat(64),
  assessment_digest: ASSESSMENT,
};
const CONSENT = {
  ledger_consent_version: 1,
  policy_id: 'alpha',
  approver: 'ben',
  role: 'risk',
  approved_at: time(NOW),
  expires_at: time(NOW + HOUR),
  digest: 'd'.repeat(64),
} as const;
function keyOf(who: string) {
  const key = trust.keys[who];
  if (key === undefined) throw new Error(`no key of ${who}`);
  return key;
}
function signed(change: Partial<ApprovalDocument> = {}, who = 'ana'): string {
  const made = signPromotionApproval(folder, { ...DOCUMENT, ...change }, keyOf(who));
  if (!made.ok) throw new Error(made.detail);
  return made.path;
}
function reading(change: object = {}) {
  const [document] = readPersonalFolder(folder);
  if (document === undefined) throw new Error('nothing was signed');
  const reader = { policyId: 'alpha', roots: trust.roots, environment: 'PROD', now: NOW } as const;
  return { document, reader: { ...reader, ...change } };
}
function read(change: object = {}): string {
  const { document, reader } = reading(change);
  const answer = readPromotionApproval(document, reader);
  return answer.ok ? 'ok' : answer.code;
}

describe('an approval of a promotion', () => {
  it('NON-TRIP: is what its person signed, in one spelling of the role', () => {
    signed();
    const { document, reader } = reading();
    const { promotion_approval_version: _version, policy_id: _policy, ...own } = DOCUMENT;
    expect(readPromotionApproval(document, reader)).toEqual({
      ok: true,
      approval: { ...own, role: 'risk-officer', key_id: keyOf('ana').keyId },
    });
  });

  it('D-21 lets a policy through where it was signed for just this', () => {
    const desk = new LedgerDesk().upTo('paper');
    const wish = { evidenceId: 'dd-paper' };
    const { config_hash } = desk.approval('pilot', wish, 'ana:risk');
    signed({ config_hash, note: 'looked at the fills' });
    const { document, reader } = reading();
    const answer = readPromotionApproval(document, reader);
    const approvals = answer.ok ? [answer.approval] : [];
    expect(codeOf(desk.run(desk.promotion('pilot', wish, [], { approvals })))).toBe('ok');
    expect(desk.record().approvals).toEqual(['risk-officer']);
  });

  it.each<readonly [string, () => unknown, string]>([
    ['for another policy', () => signed({ policy_id: 'beta' }), 'approval_not_bound'],
    ['by a stranger', () => signed({}, 'stranger'), 'approver_unknown'],
    ['by a service', () => signed({ approver: 'robot' }, 'robot'), 'approver_unknown'],
    ['in the name of another', () => signed({ approver: 'ben' }), 'approver_unknown'],
    ['in a role that is not held', () => signed({ role: 'compliance' }), 'role_not_held'],
    ['without its signature', () => rmSync(`${signed()}.dsse`), 'approval_unsigned'],
    [
      'with its stage changed afterwards',
      () => {
        const path = signed();
        writeFileSync(path, readFileSync(path, 'utf8').replace('pilot', 'paper'));
      },
      'approval_unsigned',
    ],
    [
      'that is a consent',
      () => signConsent(folder, { ...CONSENT, approver: 'ana' }, keyOf('ana')),
      'approval_unsigned',
    ],
  ])('D-21 %s is none: %s', (_what, make, code) => {
    make();
    expect(read()).toBe(code);
  });

  it('that is malformed is not signed', () => {
    const made = signPromotionApproval(folder, { ...DOCUMENT, approver: 'Ana' }, keyOf('ana'));
    expect(made).toMatchObject({ ok: false });
  });
});

describe('a consent', () => {
  it('D-25 is what its person signed, for this policy', () => {
    signConsent(folder, CONSENT, keyOf('ben'));
    const { document, reader } = reading();
    const { ledger_consent_version: _version, policy_id: _policy, ...own } = CONSENT;
    const consent = { ...own, key_id: keyOf('ben').keyId };
    expect(readConsent(document, reader)).toEqual({ ok: true, consent });
    expect(readConsent(document, { ...reader, policyId: 'beta' })).toMatchObject({
      ok: false,
      code: 'approval_not_bound',
    });
    expect(read()).toBe('approval_unsigned');
  });

  it('D-25 of a stranger is none', () => {
    signConsent(folder, CONSENT, keyOf('stranger'));
    const { document, reader } = reading();
    expect(readConsent(document, reader)).toMatchObject({ ok: false, code: 'approver_unknown' });
  });
});
