/**
 * `holdfast rollout`: what the daily evidence says of going on with the candidate (rollout
 * specification, section 8.9). The checker keeps its own exit codes: 0, 10, 20, and 1.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf } from '@holdfast/runtime/proof';
import { acknowledgeReview, checkRollout } from '../rollout/check.ts';
import { DEFAULT_POLICY, type PolicyRead, readPolicy } from '../rollout/policy.ts';
import { recordDay } from '../rollout/record-day.ts';
import { type Io, printable } from './io.ts';

const UNUSABLE = 2;

/** Where a command is typed, and when; epoch ms. */
export interface RolloutPlace {
  readonly cwd: string;
  readonly now: number;
}

export interface CheckWords {
  readonly folder: string;
  readonly policy?: string;
  /** The day asked about; today where it is left out. */
  readonly asOf?: string;
}

/** Publishes a decision, whatever becomes of it; a policy that cannot be read is a review. */
export function rolloutCheck(words: CheckWords, { cwd, now }: RolloutPlace, io: Io): number {
  const folder = resolve(cwd, words.folder);
  const asOf = words.asOf ?? todayOf(now);
  const { exit, line } = checkRollout(folder, policyAt(cwd, words.policy), asOf, now);
  (exit === 1 ? io.err : io.out)(printable(line));
  return exit;
}

export interface AckWords {
  readonly folder: string;
  /** When the review was opened, as the state tells it. */
  readonly review: string;
  readonly by: string;
}

export function rolloutAck(words: AckWords, { cwd, now }: RolloutPlace, io: Io): number {
  const seen = { by: words.by, openedAt: words.review };
  const answer = acknowledgeReview(resolve(cwd, words.folder), seen, now);
  if (!answer.ok) {
    io.err(printable(`${answer.code}: ${answer.detail}`));
    return 1;
  }
  io.out(printable(`review of ${words.review} acknowledged by ${words.by}`));
  return 0;
}

export interface RecordWords extends CheckWords {
  readonly run: string;
  readonly candidate: string;
  readonly code: string;
}

/** Measures one session from its closed trades: history, divergence, health. */
export function rolloutRecord(words: RecordWords, { cwd, now }: RolloutPlace, io: Io): number {
  const read = policyAt(cwd, words.policy);
  if (!read.ok) {
    for (const { path, detail } of read.faults) io.err(printable(`policy ${path}: ${detail}`));
    return UNUSABLE;
  }
  const answer = recordDay(resolve(cwd, words.folder), {
    asOf: words.asOf ?? todayOf(now),
    runId: words.run,
    candidateBranch: words.candidate,
    codeVersion: words.code,
    policy: read.policy,
    now,
  });
  if (!answer.ok) {
    io.err(printable(`${answer.code}: ${answer.detail}`));
    return 1;
  }
  for (const path of answer.paths) io.out(printable(path));
  return 0;
}

const todayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

/** What is named must be there; without a name the built-in one counts. */
function policyAt(cwd: string, path: string | undefined): PolicyRead {
  if (path === undefined) return readPolicy(JSON.stringify(DEFAULT_POLICY));
  try {
    return readPolicy(readFileSync(resolve(cwd, path), 'utf8'));
  } catch (error) {
    return { ok: false, faults: [{ path: '', detail: messageOf(error) }] };
  }
}
