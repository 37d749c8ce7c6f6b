/**
 * An answer to a halt is a document a person signed: for this question of this operation, exactly
 * as declared, with this option (section 9.7, O-22). It lies beside the log in `answers/`. A word
 * in the log that no such document stands behind is nobody's.
 */
import { join } from 'node:path';
import { closed, createParser } from '@holdfast/core/parse';
import { OPERATION_ANSWER_PREDICATE } from '@holdfast/core/proof';
import type { SignedDocument, SigningKey, TrustRoots } from '@holdfast/runtime/proof';
import { type Static, Type } from 'typebox';
import { UTC_MS } from '../audit/record-schema.ts';
import { type Declaration, OPERATION_ID } from '../declaration.ts';
import { isSamePerson, type Lack, type Signed } from './approver-set.ts';
import {
  type PersonallySigned,
  readPersonal,
  readPersonalFolder,
  signPersonal,
} from './personal-document.ts';
import { type Approvable, requirementOf } from './requirement.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const time = Type.String({ pattern: UTC_MS });
const AnswerSchema = closed({
  answer_version: Type.Literal(1),
  operation_id: Type.String({ pattern: OPERATION_ID }),
  declaration_digest: sha256,
  /** Hash of the record that asks: the same words asked again are another question. */
  asked: sha256,
  question: Type.String({ maxLength: 1 << 17 }),
  option: Type.String({ minLength: 1, maxLength: 200 }),
  /** As the trust roots name the holder. */
  approver: Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }),
  role: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_ -]{0,62}$' }),
  at: time,
  expires_at: time,
});
type Answer = Static<typeof AnswerSchema>;
const parseAnswer = createParser(AnswerSchema);

/** What was asked: the record of the halt. */
export interface Question {
  readonly hash: string;
  readonly question: string;
  /** Epoch ms. */
  readonly at: number;
  readonly options: readonly string[];
}

export interface AnswerRequest {
  readonly operationId: string;
  readonly digest: string;
  readonly asked: Question;
  readonly option: string;
  readonly approver: string;
  readonly role: string;
  /** Epoch ms. */
  readonly at: number;
}

const answersFolder = (runFolder: string): string => join(runFolder, 'answers');

/** Writes and signs one. */
export function signAnswer(
  runFolder: string,
  { operationId, digest, asked, option, approver, role, at }: AnswerRequest,
  key: SigningKey,
): PersonallySigned {
  const document: Answer = {
    answer_version: 1,
    operation_id: operationId,
    declaration_digest: digest,
    asked: asked.hash,
    question: asked.question,
    option,
    approver,
    role,
    at: new Date(at).toISOString(),
    expires_at: new Date(at + DAY_MS).toISOString(),
  };
  const predicateType = OPERATION_ANSWER_PREDICATE;
  const folder = answersFolder(runFolder);
  return signPersonal(document, { folder, parser: parseAnswer, predicateType, at, key });
}

/** Every answer that lies there, believed or not. */
export function readAnswers(runFolder: string): readonly SignedDocument[] {
  return readPersonalFolder(answersFolder(runFolder));
}

export interface AnswerContext {
  readonly declaration: Approvable & Pick<Declaration, 'operation_id' | 'requested_by'>;
  readonly digest: string;
  readonly roots: TrustRoots;
  readonly asked: Question;
  readonly option: string;
  /** Epoch ms: when it is given, or was. */
  readonly now: number;
}

export type AnswerJudged =
  | { readonly ok: true; readonly given: Signed }
  | { readonly ok: false; readonly lack: Lack };

/** Whether one of these is what `by` says: the first that is, or what is wrong with the last. */
export function judgeAnswers(
  documents: readonly SignedDocument[],
  context: AnswerContext,
  by: Pick<Signed, 'approver' | 'key_id' | 'at'> | null = null,
): AnswerJudged {
  let lack: Lack = { code: 'approval_unsigned', detail: 'nobody has signed this answer' };
  for (const document of documents) {
    const read = readAnswer(document, context);
    if ('code' in read) {
      lack = read;
      continue;
    }
    const isTheirs =
      by === null ||
      (by.approver === read.approver && by.key_id === read.key_id && by.at === read.at);
    if (isTheirs) return { ok: true, given: read };
  }
  return { ok: false, lack };
}

function readAnswer(document: SignedDocument, context: AnswerContext): Lack | Signed {
  const { declaration, digest, roots, asked, option, now } = context;
  const read = readPersonal(document, {
    parser: parseAnswer,
    predicate: OPERATION_ANSWER_PREDICATE,
    roots,
    environment: declaration.environment,
    now,
  });
  if ('code' in read) return read;
  const { value: answer, keyId } = read;
  const { approver, role, at, expires_at } = answer;
  const no = (code: Lack['code'], detail: string): Lack => ({ code, detail });
  const isOurs = answer.operation_id === declaration.operation_id;
  if (!isOurs || answer.declaration_digest !== digest) {
    return no('approval_digest_mismatch', `${approver} answered ${answer.operation_id}`);
  }
  if (answer.asked !== asked.hash || answer.question !== asked.question) {
    return no('answer_other_question', `${approver} answered the question of ${answer.asked}`);
  }
  if (answer.option !== option || !asked.options.includes(option)) {
    return no('answer_other_option', `${approver} answered ${answer.option}`);
  }
  const self = isSamePerson(approver, declaration.requested_by);
  if (self && !requirementOf(declaration).selfAllowed) {
    return no('self_approval_not_allowed', `${approver} wants it and may not answer for it`);
  }
  const given = Date.parse(at);
  if (!(asked.at <= given && given <= now && now < Date.parse(expires_at))) {
    return no('approval_expired', `${approver} answered at ${at}, until ${expires_at}`);
  }
  return { digest, approver, role, key_id: keyId, at, expires_at, self };
}
