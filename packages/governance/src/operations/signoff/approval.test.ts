import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '@holdfast/runtime/proof';
import { bundleDeclaration } from '../declaration.fixture.ts';
import type { Declaration } from '../declaration.ts';
import { type ApprovalRequest, judgeApprovals, readApprovals, signApproval } from './approval.ts';
import { isSamePerson, roleOf } from './approver-set.ts';
import { makeTrust } from './trust.fixture.ts';

const NOW = Date.UTC(2026, 2, 1, 8);
const HOUR = 3_600_000;
const root = mkdtempSync(join(tmpdir(), 'holdfast-approvals-'));
afterAll(() => rmSync(root, { recursive: true }));
const trust = makeTrust(join(root, 'keys'));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(root, 'run-'));
});

const declared = (change: Partial<Declaration> = {}): Declaration => ({
  ...bundleDeclaration(),
  ...change,
});
const PROD = declared({ environment: 'PROD' });
const HIGH = declared({ custom_high_risk: { reason: 'the dispatcher restarts' } });
const STOPS: Declaration['steps'] = [
  {
    title: 'Stop it',
    action: { kind: 'service', verb: 'stop', service: 'policy-loader.service' },
    verification: [],
  },
];
const GLASS = { break_glass: { reason: 'it opens positions by itself' } };

function sign(
  declaration: Declaration,
  change: Partial<ApprovalRequest> = {},
  key = change.approver ?? 'ana',
): string {
  const request: ApprovalRequest = {
    operationId: declaration.operation_id,
    digest: digestOf(declaration),
    approver: 'ana',
    role: 'operations',
    decision: 'approve',
    at: NOW - HOUR,
    ...change,
  };
  const signer = trust.keys[key];
  if (signer === undefined) throw new Error(`no key of ${key}`);
  const signed = signApproval(folder, request, signer);
  if (!signed.ok) throw new Error(signed.detail);
  return signed.path;
}

interface When {
  readonly now?: number;
  readonly startedAt?: number | null;
}
function judge(declaration: Declaration, { now = NOW, startedAt = null }: When = {}) {
  const context = { declaration, digest: digestOf(declaration), roots: trust.roots };
  return judgeApprovals(readApprovals(folder), { ...context, now, startedAt });
}
const codes = (declaration: Declaration, when: When = {}): readonly string[] =>
  judge(declaration, when).lacks.map(({ code }) => code);

describe('an approval', () => {
  it('NON-TRIP: by another person, in time and for this declaration, is enough in PROD', () => {
    sign(PROD);
    const { granted, lacks, counted } = judge(PROD);
    expect({ granted, lacks }).toEqual({ granted: true, lacks: [] });
    expect(counted).toMatchObject([{ approver: 'ana', self: false, role: 'operations' }]);
    expect(counted[0]?.key_id).toBe(trust.keys['ana']?.keyId);
    expect(counted[0]?.expires_at).toBe('2026-03-02T07:00:00.000Z');
  });

  it('O-11 is missing where nobody gave one', () => {
    expect(judge(PROD)).toMatchObject({ granted: false, lacks: [{ code: 'approval_missing' }] });
  });

  it.each<readonly [string, () => void, string]>([
    ['for another declaration', () => sign(declared({ OBJECTIVE: 'more' })), 'digest_mismatch'],
    ['for another operation', () => sign(PROD, { operationId: 'OPS-2026-03-01-002' }), 'mismatch'],
    ['that has expired', () => sign(PROD, { lifetimeMs: HOUR }), 'approval_expired'],
    ['that ends before it begins', () => sign(PROD, { lifetimeMs: 0 }), 'approval_expired'],
    ['dated after now', () => sign(PROD, { at: NOW + 1 }), 'approval_after_execution'],
    ['by a stranger', () => sign(PROD, {}, 'stranger'), 'approver_unknown'],
    ['by a service', () => sign(PROD, { approver: 'robot' }), 'approver_unknown'],
    ['in the name of another', () => sign(PROD, { approver: 'ben' }, 'ana'), 'approver_unknown'],
    [
      'that was changed after it was signed',
      () => {
        const path = sign(PROD);
        writeFileSync(path, readFileSync(path, 'utf8').replace('operations', 'compliance'));
      },
      'approval_unsigned',
    ],
    ['without its signature', () => rmSync(`${sign(PROD)}.dsse`), 'approval_unsigned'],
    ['that says no', () => sign(PROD, { decision: 'reject' }), 'approval_missing'],
  ])('O-11 %s does not count, and the code says why', (_how, give, code) => {
    give();
    const { granted, lacks } = judge(PROD);
    expect(granted).toBe(false);
    expect(lacks[0]?.code).toContain(code);
    expect(lacks.at(-1)?.code).toBe('approval_missing');
  });

  it('O-11 by the requester is refused in PROD, however the name is spelled', () => {
    for (const requested_by of ['ana', 'ANA', 'ana@firm.example']) {
      const own = { ...PROD, requested_by };
      sign(own);
      expect(codes(own)).toContain('self_approval_not_allowed');
      rmSync(join(folder, 'approvals'), { recursive: true });
    }
  });

  it('NON-TRIP: by the requester is marked, and enough in PAPER', () => {
    const own = declared({ requested_by: 'ana' });
    sign(own);
    expect(judge(own)).toMatchObject({ granted: true, counted: [{ self: true }] });
  });

  it('O-11 dated at or after the first step does not count', () => {
    sign(PROD);
    const at = NOW - HOUR;
    expect(codes(PROD, { startedAt: at })).toContain('approval_after_execution');
    expect(codes(PROD, { startedAt: at - 1 })).toContain('approval_after_execution');
    expect(judge(PROD, { startedAt: at + 1 }).granted).toBe(true);
  });

  it('counts at the first step, also when it is judged after its end', () => {
    sign(PROD);
    expect(judge(PROD, { startedAt: NOW, now: NOW + 100 * HOUR }).granted).toBe(true);
    expect(judge(PROD, { now: NOW + 23 * HOUR }).lacks[0]?.code).toBe('approval_expired');
  });

  it('does not outlive the declaration', () => {
    const short = { ...PROD, expires_at: new Date(NOW).toISOString() };
    sign(short);
    expect(codes(short)).toContain('approval_expired');
  });

  it('of one is undone by the rejection of another', () => {
    sign(PROD);
    sign(PROD, { approver: 'ben', decision: 'reject' });
    expect(judge(PROD).granted).toBe(false);
  });
});

describe('two people', () => {
  it('NON-TRIP: with different roles are enough for what is high risk', () => {
    sign(HIGH, { role: 'risk' });
    sign(HIGH, { approver: 'ben', role: 'operations' });
    expect(judge(HIGH)).toMatchObject({ granted: true, lacks: [] });
  });

  it('O-11 are not one person with two keys', () => {
    sign(HIGH, { role: 'risk' }, 'ana');
    sign(HIGH, { role: 'operations', at: NOW - 2 * HOUR }, 'ana-2');
    expect(judge(HIGH)).toMatchObject({
      granted: false,
      lacks: [{ code: 'second_approver_missing' }],
    });
  });

  it.each([
    ['risk', 'Risk'],
    ['Risk-Officer', 'risk_officer'],
    ['risk officer', 'RISK-OFFICER'],
  ])('O-11 do not speak for different roles as %s and %s', (one, other) => {
    sign(HIGH, { role: one });
    sign(HIGH, { approver: 'ben', role: other });
    expect(judge(HIGH)).toMatchObject({ granted: false, lacks: [{ code: 'roles_not_different' }] });
  });

  it('TRIP: a role that the trust roots do not give the signer is none', () => {
    sign(HIGH, { role: 'risk' });
    sign(HIGH, { approver: 'ben', role: 'compliance' });
    expect(codes(HIGH)).toEqual(['role_not_held', 'second_approver_missing']);
    expect(judge(HIGH).granted).toBe(false);
  });

  it('NON-TRIP: the role of a key itself is held, in any spelling', () => {
    sign(HIGH, { role: 'Approver' });
    sign(HIGH, { approver: 'ben', role: 'Risk_Officer' });
    expect(judge(HIGH)).toMatchObject({ granted: true, lacks: [] });
  });

  it('O-11 are not the requester and another', () => {
    const own = { ...HIGH, requested_by: 'ben' };
    sign(own, { role: 'risk' });
    sign(own, { approver: 'ben', role: 'operations' });
    expect(codes(own)).toEqual(['self_approval_not_allowed', 'second_approver_missing']);
  });

  it('a third with a role of its own makes up for two with one', () => {
    sign(HIGH, { role: 'risk' });
    sign(HIGH, { approver: 'ben', role: 'Risk' });
    sign(HIGH, { approver: 'carl', role: 'operations' });
    expect(judge(HIGH).granted).toBe(true);
  });
});

describe('broken glass', () => {
  const glass = declared({ environment: 'PROD', steps: STOPS, ...GLASS });

  it('waits for its approval for four hours after the first step', () => {
    expect(judge(glass)).toMatchObject({ granted: true, due: NOW + 4 * HOUR });
    const started = { startedAt: NOW };
    expect(judge(glass, { ...started, now: NOW + 4 * HOUR - 1 }).granted).toBe(true);
    expect(judge(glass, { ...started, now: NOW + 4 * HOUR })).toMatchObject({
      granted: false,
      lacks: [{ code: 'approval_missing' }],
    });
  });

  it('takes an approval within them, and none after', () => {
    sign(glass, { at: NOW + 4 * HOUR - 1 });
    const late = { startedAt: NOW, now: NOW + 9 * HOUR };
    expect(judge(glass, late)).toMatchObject({ granted: true, due: null });
    rmSync(join(folder, 'approvals'), { recursive: true });
    sign(glass, { at: NOW + 4 * HOUR });
    expect(codes(glass, late)).toContain('approval_after_execution');
  });

  it('NON-TRIP: excuses nothing that could add risk, and nothing that is high risk', () => {
    expect(judge(declared({ environment: 'PROD', ...GLASS })).granted).toBe(false);
    expect(judge({ ...glass, custom_high_risk: { reason: 'x' } }).granted).toBe(false);
  });
});

describe('names', () => {
  it('are one where they differ by case, address or hyphen', () => {
    expect(roleOf(' Risk_Officer')).toBe('risk-officer');
    expect(isSamePerson('Ana@firm.example', 'ana')).toBe(true);
    expect(isSamePerson('ana', 'anabel')).toBe(false);
  });

  it('of a form that is not allowed are not signed', () => {
    expect(() => sign(PROD, { role: 'rіsk' })).toThrow('/role');
  });
});
