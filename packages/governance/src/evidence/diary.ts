/**
 * The diary: a fold over the chain of domain `diary`. It keeps what gates measure and what a writer
 * has to know, never whole entries. What is not what was written is named and does not count
 * (G-05): one such entry blocks every gate of its policy.
 */
import { assert } from '@holdfast/core';
import { digestIfAny, NO_HASH } from '@holdfast/runtime/proof';
import type { ChainHead, GovernanceEvent } from '../store/event.ts';
import { amendFact, frozenKey, writtenIn } from './amendment.ts';
import { DiaryColumns, type Row } from './diary-columns.ts';
import { type Amendment, policiesNamedBy, readDiaryEvent } from './diary-events.ts';
import type { DiaryFact, DiaryReading } from './diary-fact.ts';
import { factOf } from './entry-reading.ts';
import type { DiaryEntry } from './entry-schema.ts';
import { signatureOf } from './seal.ts';

/**
 * Whether the hashes and links of events are looked at here. `checked`: whoever read them has done
 * it, as a store does (`GovernanceStore.read`).
 */
export type Links = 'check' | 'checked';

/** An entry, or an event, that is not what was written. */
export interface Violation {
  /** What the event is about: the id of an entry, or of a run. */
  readonly subject: string;
  /** Its event. */
  readonly seq: number;
  /** Null: nobody can tell whose it is, and it counts for all. */
  readonly policies: readonly string[] | null;
  readonly detail: string;
}

interface Gap {
  readonly count: number;
  readonly policy: string | null;
}

/** `diary_integrity_violation:<entry_id>`, as reports name it. */
export function violationName({ subject }: Pick<Violation, 'subject'>): string {
  return `diary_integrity_violation:${subject}`;
}

/** One owner folds, many read: it grows in place. */
export class Diary {
  readonly #columns = new DiaryColumns();
  readonly #places = new Map<string, number>();
  readonly #ofPolicy = new Map<string, number[]>();
  readonly #violations: Violation[] = [];
  readonly #quarantined = new Set<string>();
  readonly #gaps: Gap[] = [];
  #head: ChainHead = { seq: -1, hash: NO_HASH };

  static fold(events: Iterable<GovernanceEvent>, links: Links = 'check'): Diary {
    const diary = new Diary();
    for (const event of events) diary.apply(event, links);
    return diary;
  }

  /** Total: every event leaves a fact, an amendment, a gap or a violation. */
  apply(event: GovernanceEvent, links: Links = 'check'): void {
    assert(event.domain === 'diary', 'the diary is folded from its own chain');
    const broken = links === 'check' ? this.#linkFault(event) : null;
    this.#head = { seq: event.seq, hash: event.hash };
    if (broken !== null) this.#quarantine(event, null, broken);
    else this.#take(event);
  }

  get head(): ChainHead {
    return this.#head;
  }

  /** Entries that are what was written. */
  get size(): number {
    return this.#columns.length;
  }

  get violations(): readonly Violation[] {
    return this.#violations;
  }

  /** Policies that have an entry, sorted. */
  get policies(): readonly string[] {
    return [...this.#ofPolicy.keys()].sort();
  }

  /** Null where there is no such entry, or none that is what was written. */
  rowOf(entryId: string): Row | null {
    const at = this.#places.get(entryId);
    return at === undefined ? null : this.#columns.row(at);
  }

  isQuarantined(entryId: string): boolean {
    return this.#quarantined.has(entryId);
  }

  readingOf(policyId: string): DiaryReading {
    const places = this.#columns.sorted(this.#ofPolicy.get(policyId) ?? []);
    const ids = this.#violations
      .filter(({ policies }) => policies === null || policies.includes(policyId))
      .map(({ subject }) => subject);
    const gaps = this.#gaps.filter(({ policy }) => policy === null || policy === policyId);
    return {
      facts: places.map((at) => this.#columns.fact(at)),
      violations: [...new Set(ids)],
      missing: gaps.reduce((sum, { count }) => sum + count, 0),
    };
  }

  #take(event: GovernanceEvent): void {
    const told = readDiaryEvent(event);
    switch (told.type) {
      case 'recorded':
        return this.#record(event, told.entry);
      case 'amended':
        return this.#amend(event, told.amendment);
      case 'feed_gap':
        this.#gaps.push({ count: told.gap.count, policy: event.refs.policy_id ?? null });
        return;
      case 'malformed':
        this.#quarantine(event, policiesNamedBy(event), told.detail);
    }
  }

  #record(event: GovernanceEvent, entry: DiaryEntry): void {
    const fact = factOf(entry, event.seq);
    const fault = this.#recordFault(event, entry);
    if (fact === null || fault !== null) {
      this.#quarantine(event, policiesNamedBy(event), fault ?? 'its time is none');
      return;
    }
    const { signature, metadata } = entry;
    const at = this.#columns.push({ fact, signature, written: writtenIn(metadata) });
    this.#places.set(fact.entryId, at);
    const places = this.#ofPolicy.get(fact.policyId);
    if (places === undefined) this.#ofPolicy.set(fact.policyId, [at]);
    else places.push(at);
  }

  #recordFault(event: GovernanceEvent, entry: DiaryEntry): string | null {
    const { entry_id: id, policy_id: policy, signature } = entry;
    if (id !== event.subject || policy !== event.refs.policy_id) return 'it is filed under another';
    if (this.#places.has(id) || this.#quarantined.has(id)) return 'the id was there before';
    return signatureOf({ ...entry }) === signature ? null : 'the entry is not what was signed';
  }

  #amend(event: GovernanceEvent, { amends, patch }: Amendment): void {
    const at = this.#places.get(amends);
    if (at === undefined || amends !== event.subject) {
      this.#quarantine(event, policiesNamedBy(event), 'it amends nothing that is there');
      return;
    }
    const { fact, signature, written } = this.#columns.row(at);
    const key = frozenKey(written, patch);
    if (key !== null) {
      this.#violate(event, [fact.policyId], `it amends ${key}`);
      return;
    }
    const amended: DiaryFact = amendFact(fact, written, patch);
    const both = written | writtenIn(patch);
    this.#columns.put(at, { fact: amended, signature, written: both });
  }

  #linkFault(event: GovernanceEvent): string | null {
    const { hash, ...body } = event;
    if (digestIfAny(body) !== hash) return 'its hash is not that of its content';
    const { seq, hash: before } = this.#head;
    return event.seq === seq + 1 && event.prev_hash === before ? null : 'it does not follow';
  }

  /** What it is about is not to be used again. */
  #quarantine(event: GovernanceEvent, policies: readonly string[] | null, detail: string): void {
    this.#quarantined.add(event.subject);
    this.#violate(event, policies, detail);
  }

  /** Where no policy is named it counts for all of them. */
  #violate(event: GovernanceEvent, named: readonly string[] | null, detail: string): void {
    const policies = named === null || named.length === 0 ? null : named;
    this.#violations.push({ subject: event.subject, seq: event.seq, policies, detail });
  }
}
