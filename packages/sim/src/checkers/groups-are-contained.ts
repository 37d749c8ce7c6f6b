import type { Effect, Event } from '@holdfast/core';
import type { LedgerRecord } from '@holdfast/core/ledger';
import type { OrderTerms } from '@holdfast/core/order';
import { type Checker, demand } from './checker.ts';

const RESCUES_MAX = 2;
const CLOSES_MAX = 3;

type Of<Type extends LedgerRecord['type']> = Extract<LedgerRecord, { type: Type }>;

/**
 * A group is never complete before both legs have ended; while one is broken nothing opens;
 * rescues are two at most, closes three in a round, each under an id of its own, for ever;
 * whatever contains
 * reduces, but the rescue; and an incident is told once (contract-1 sections 23 and 24).
 */
export function groupsAreContained(): Checker {
  const name = 'groups-are-contained';
  const books = new GroupBooks(name);
  return {
    name,
    onBoot(_state, { facts }) {
      books.begin();
      for (const { groupId, state } of facts.groups.values()) {
        if (state === 'MixedFailed' || state === 'Flattening') books.broken.add(groupId);
      }
    },
    onEvent: (event) => books.hear(event),
    onEffect: (effect) => books.see(effect),
  };
}

/** What a checker knows of groups by itself. */
class GroupBooks {
  readonly broken = new Set<string>();
  readonly #name: string;
  readonly #groups = new Map<string, Of<'groupRecorded'>>();
  readonly #terms = new Map<string, OrderTerms>();
  readonly #filled = new Map<string, number>();
  readonly #trades = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #purposes = new Map<string, string>();
  readonly #rescues = new Map<string, number>();
  readonly #closes = new Map<string, number>();
  readonly #attempts = new Set<string>();
  readonly #told = new Set<string>();

  constructor(name: string) {
    this.#name = name;
  }

  /** A new process: its rounds begin anew, and what is broken is what the ledger says. */
  begin(): void {
    this.broken.clear();
    this.#closes.clear();
  }

  hear(event: Event): void {
    if (event.kind === 'fillObserved') {
      this.#fill(event.fill.tradeId, event.fill.label, event.fill.amountE8);
    }
    if (event.kind === 'venueSnapshotObserved') {
      for (const fill of event.trades) this.#fill(fill.tradeId, fill.label, fill.amountE8);
    }
    if (event.kind === 'orderReported' && ['cancelled', 'rejected'].includes(event.state)) {
      this.#ended.add(event.label);
    }
    if (event.kind === 'dispatchFailed' && event.outcome === 'refused')
      this.#ended.add(event.label);
    if (event.kind !== 'recorded') return;
    for (const record of event.records) this.#recorded(record);
  }

  #recorded(record: LedgerRecord): void {
    if (record.type === 'orderClosed' || record.type === 'orderAbandoned') {
      this.#ended.add(record.label);
    }
    if (record.type === 'fillRecorded') this.#fill(record.tradeId, record.label, record.amountE8);
    if (record.type === 'groupRecorded') this.#groups.set(record.groupId, record);
    if (record.type === 'containmentPlanned' && record.purpose === 'rescue') {
      const count = (this.#rescues.get(record.parentGroupId) ?? 0) + 1;
      this.#rescues.set(record.parentGroupId, count);
      this.#demand(count <= RESCUES_MAX, () => `${record.parentGroupId} has ${count} rescues`);
    }
    if (record.type === 'atomicNakedEventRecorded') {
      this.#demand(!this.#told.has(record.groupId), () => `${record.groupId} was told twice`);
      this.#told.add(record.groupId);
    }
  }

  #fill(id: string, label: string | null, amount: number): void {
    if (this.#trades.has(id)) return;
    this.#trades.add(id);
    if (label !== null) this.#filled.set(label, (this.#filled.get(label) ?? 0) + amount);
  }

  see(effect: Effect): void {
    if (effect.kind === 'submit') this.#leaves(effect.order.terms);
    if (effect.kind !== 'append') return;
    for (const record of effect.records) {
      if (record.type === 'intentRecorded') this.#terms.set(record.terms.label, record.terms);
      if (record.type === 'containmentPlanned') this.#plans(record);
      if (record.type === 'groupStateChanged') this.#moves(record);
    }
  }

  #plans({
    label,
    parentGroupId,
    purpose,
    round,
    legIndex,
    groupId,
  }: Of<'containmentPlanned'>): void {
    const attempt = `${groupId}:${legIndex}`;
    this.#demand(!this.#attempts.has(attempt), () => `${label} was attempted before`);
    this.#attempts.add(attempt);
    this.#purposes.set(label, purpose);
    if (purpose !== 'close') return;
    const run = `${parentGroupId} ${round} ${legIndex}`;
    const count = (this.#closes.get(run) ?? 0) + 1;
    this.#closes.set(run, count);
    this.#demand(count <= CLOSES_MAX, () => `${run} has ${count} closes`);
  }

  #moves({ groupId, state, cause }: Of<'groupStateChanged'>): void {
    if (state === 'MixedFailed' || state === 'Flattening') {
      this.broken.add(groupId);
      return;
    }
    this.broken.delete(groupId);
    const group = this.#groups.get(groupId);
    if (state !== 'Complete' || group === undefined || cause === 'late_fill_closed') return;
    for (const { label, amountE8 } of [group.first, group.second]) {
      const whole = (this.#filled.get(label) ?? 0) >= amountE8;
      this.#demand(whole || this.#ended.has(label), () => `${groupId} is complete before ${label}`);
    }
  }

  #leaves({ label, reduceOnly, intentClass }: OrderTerms): void {
    const purpose = this.#purposes.get(label);
    if (reduceOnly) return;
    if (purpose === undefined) {
      this.#demand(this.broken.size === 0, () => `${label} left beside a broken group`);
      return;
    }
    const isRescue = purpose === 'rescue' && intentClass === 'OPEN';
    this.#demand(isRescue, () => `${label} is to ${purpose} and could add risk`);
  }

  #demand(holds: boolean, detail: () => string): void {
    demand(holds, this.#name, detail);
  }
}
