import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '@holdfast/runtime/proof';
import { bundleDeclaration } from '../declaration.fixture.ts';
import type { Declaration } from '../declaration.ts';
import {
  type AnswerContext,
  type AnswerRequest,
  judgeAnswers,
  type Question,
  readAnswers,
  signAnswer,
} from './answer.ts';
import { signApproval } from './approval.ts';
import { makeTrust } from './trust.fixture.ts';

const NOW = Date.UTC(2026, 2, 1, 8);
const HOUR = 3_600_000;
const root = mkdtempSync(join(tmpdir(), 'holdfast-answers-'));
afterAll(() => rmSync(root, { recursive: true }));
const trust = makeTrust(join(root, 'keys'));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(root, 'run-'));
});

const PAPER: Declaration = { ...bundleDeclaration(), requested_by: 'carl' };
const PROD: Declaration = { ...PAPER, environment: 'PROD' };
const ASKED: Question = {
  hash: 'a'.repeat(64),
  question: 'Of step 2 could not be verified: redis. Ask again, or roll back?',
  at: NOW - HOUR,
  options: ['ask_again', 'roll_back'],
};

function sign(
  declaration: Declaration,
  change: Partial<AnswerRequest> = {},
  key = change.approver ?? 'ana',
): string {
  const signer = trust.keys[key];
  if (signer === undefined) throw new Error(`no key of ${key}`);
  const request: AnswerRequest = {
    operationId: declaration.operation_id,
    digest: digestOf(declaration),
    asked: ASKED,
    option: 'ask_again',
    approver: 'ana',
    role: 'operations',
    at: NOW,
    ...change,
  };
  const signed = signAnswer(folder, request, signer);
  if (!signed.ok) throw new Error(signed.detail);
  return signed.path;
}

function judge(declaration: Declaration, change: Partial<AnswerContext> = {}): string {
  const judged = judgeAnswers(readAnswers(folder), {
    declaration,
    digest: digestOf(declaration),
    roots: trust.roots,
    asked: ASKED,
    option: 'ask_again',
    now: NOW,
    ...change,
  });
  return judged.ok ? `given by ${judged.given.approver}` : judged.lack.code;
}

describe('an answer to a halt', () => {
  it('NON-TRIP: of an approver, for this question and option, is given', () => {
    sign(PROD);
    expect(judge(PROD)).toBe('given by ana');
  });

  it('O-22 is none where nobody signed', () => {
    expect(judge(PROD)).toBe('approval_unsigned');
  });

  it.each<readonly [string, () => void, string]>([
    ['for another option', () => sign(PROD, { option: 'roll_back' }), 'answer_other_option'],
    [
      'for another question in the same words',
      () => sign(PROD, { asked: { ...ASKED, hash: 'b'.repeat(64) } }),
      'answer_other_question',
    ],
    [
      'for the same record in other words',
      () => sign(PROD, { asked: { ...ASKED, question: 'Shall we go on?' } }),
      'answer_other_question',
    ],
    ['for another declaration', () => sign(PAPER), 'approval_digest_mismatch'],
    [
      'for another operation',
      () => sign(PROD, { operationId: 'OPS-2026-03-01-002' }),
      'approval_digest_mismatch',
    ],
    ['by a stranger', () => sign(PROD, {}, 'stranger'), 'approver_unknown'],
    ['by a service', () => sign(PROD, { approver: 'robot' }), 'approver_unknown'],
    ['in the name of another', () => sign(PROD, { approver: 'ben' }, 'ana'), 'approver_unknown'],
    ['in a role that is not held', () => sign(PROD, { role: 'compliance' }), 'role_not_held'],
    ['by the requester', () => sign(PROD, { approver: 'carl' }), 'self_approval_not_allowed'],
    ['given before it was asked', () => sign(PROD, { at: ASKED.at - 1 }), 'approval_expired'],
    ['given a day ago', () => sign(PROD, { at: NOW - 24 * HOUR }), 'approval_expired'],
    ['without its signature', () => rmSync(`${sign(PROD)}.dsse`), 'approval_unsigned'],
    [
      'whose option was changed afterwards',
      () => {
        const path = sign(PROD, { option: 'roll_back' });
        writeFileSync(path, readFileSync(path, 'utf8').replace('roll_back', 'ask_again'));
      },
      'approval_unsigned',
    ],
  ])('O-22 %s is none, and the code says why', (_what, give, code) => {
    give();
    expect(judge(PROD)).toBe(code);
  });

  it('NON-TRIP: of the requester is given where one person is enough', () => {
    sign(PAPER, { approver: 'carl' });
    expect(judge(PAPER)).toBe('given by carl');
  });

  it('O-22 with what was not offered is none, however it is signed', () => {
    sign(PROD, { option: 'go_on' });
    expect(judge(PROD, { option: 'go_on' })).toBe('answer_other_option');
  });

  it('O-22 is no approval, and an approval no answer', () => {
    const key = trust.keys['ana'];
    if (key === undefined) return expect.fail('no key');
    const request = { operationId: PROD.operation_id, digest: digestOf(PROD), at: NOW } as const;
    const who = { approver: 'ana', role: 'operations', decision: 'approve' } as const;
    signApproval(folder, { ...request, ...who }, key);
    cpSync(join(folder, 'approvals'), join(folder, 'answers'), { recursive: true });
    expect(readAnswers(folder)).toHaveLength(1);
    expect(judge(PROD)).toBe('approval_unsigned');
  });

  it('is the one that the log names, and no other of the same person', () => {
    sign(PROD);
    const key_id = trust.keys['ana']?.keyId ?? '';
    const by = { approver: 'ana', key_id, at: new Date(NOW).toISOString() };
    const context = {
      declaration: PROD,
      digest: digestOf(PROD),
      roots: trust.roots,
      asked: ASKED,
      option: 'ask_again',
      now: NOW,
    };
    expect(judgeAnswers(readAnswers(folder), context, by).ok).toBe(true);
    const other = { ...by, at: new Date(NOW + 1).toISOString() };
    expect(judgeAnswers(readAnswers(folder), context, other).ok).toBe(false);
  });
});
