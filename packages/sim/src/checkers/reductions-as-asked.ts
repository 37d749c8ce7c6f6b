import type { Effect, Event } from '@holdfast/core';
import type { LedgerRecord } from '@holdfast/core/ledger';
import type { OrderTerms } from '@holdfast/core/order';
import { currentMode, type State } from '@holdfast/core/step';
import { E8 } from '@holdfast/core/values';
import type { Notice } from '../exchange/notification.ts';
import { type Checker, demand } from './checker.ts';

const NAME = 'reductions-as-asked';

/**
 * What the emergency close takes over was asked for, by an operator or by an intent that a gate of
 * the market refused outside Active; it only closes, and no more of it trades than was asked for
 * (AMB-39). In Kill everything goes, whoever asked for less.
 */
export function reductionsAsAsked(): Checker {
  const books = new AskedBooks();
  return {
    name: NAME,
    onBoot: () => books.begin(),
    onEvent: (event) => books.hear(event),
    onEffect: (effect, state) => books.see(effect, state),
    onNotice: (...notice) => books.tell(notice),
  };
}

type Of<Type extends LedgerRecord['type']> = Extract<LedgerRecord, { type: Type }>;
type Taken = Of<'reductionTakenOver'>;

interface Asked {
  readonly instrument: string;
  readonly side: string;
  readonly amountE8: number;
}

class AskedBooks {
  readonly #asked = new Map<string, Asked>();
  /** Why a gate said no outside Active, by group. */
  readonly #refused = new Map<string, string>();
  readonly #taken = new Map<string, Taken>();
  /** Groups by the labels of their closes. */
  readonly #closes = new Map<string, string>();
  readonly #traded = new Map<string, number>();
  readonly #trades = new Set<string>();
  #isClosingOut = false;

  begin(): void {
    this.#isClosingOut = false;
  }

  hear(event: Event): void {
    if (event.kind === 'closeOutCommanded') this.#isClosingOut = true;
    if (event.kind !== 'intentProposed') return;
    const { groupId, proposal } = event;
    const leg = proposal?.legs?.[0];
    if (proposal?.reduceOnly !== true || leg === undefined) return;
    const amountE8 = Math.round(leg.quantity * E8);
    this.#asked.set(groupId, { instrument: leg.instrument, side: leg.side, amountE8 });
  }

  see(effect: Effect, state: State): void {
    if (effect.kind === 'report') {
      const { decision } = effect;
      if (decision.kind !== 'intentRejected' || decision.context.mode === 'Active') return;
      this.#refused.set(decision.groupId, decision.reject.code);
    }
    if (effect.kind === 'submit') this.#leaves(effect.order.terms);
    if (effect.kind !== 'append') return;
    for (const record of effect.records) {
      if (record.type === 'reductionTakenOver') this.#take(record);
      if (record.type === 'containmentPlanned') this.#plan(record, state);
    }
  }

  #take(record: Taken): void {
    const { groupId, cause, instrument, side, amountE8 } = record;
    const say = (what: string) => () => `${groupId} ${what}`;
    if (cause === 'close_out') {
      demand(this.#isClosingOut, NAME, say('closes out, and nobody said so'));
    } else {
      const asked = this.#asked.get(groupId);
      demand(this.#refused.get(groupId) === cause, NAME, say(`was not refused for ${cause}`));
      const isIt = asked?.instrument === instrument && asked.side === side;
      demand(isIt && amountE8 <= asked.amountE8, NAME, say('is not what was asked for'));
    }
    this.#taken.set(groupId, record);
  }

  #plan({ parentGroupId, label, purpose }: Of<'containmentPlanned'>, state: State): void {
    if (!this.#taken.has(parentGroupId)) return;
    if (currentMode(state).mode === 'Kill') {
      this.#taken.delete(parentGroupId);
      return;
    }
    demand(purpose === 'close', NAME, () => `${label} is to ${purpose}`);
    this.#closes.set(label, parentGroupId);
  }

  #leaves({ label, reduceOnly, intentClass }: OrderTerms): void {
    if (!this.#closes.has(label)) return;
    const closes = reduceOnly && intentClass === 'CLOSE';
    demand(closes, NAME, () => `${label} does more than close`);
  }

  tell([kind, payload]: Notice): void {
    if (kind !== 'trade' || this.#trades.has(payload.trade_id)) return;
    const groupId = this.#closes.get(payload.label ?? '');
    const taken = groupId === undefined ? undefined : this.#taken.get(groupId);
    if (groupId === undefined || taken === undefined) return;
    this.#trades.add(payload.trade_id);
    const traded = (this.#traded.get(groupId) ?? 0) + Math.round(payload.amount * E8);
    this.#traded.set(groupId, traded);
    demand(
      traded <= taken.amountE8,
      NAME,
      () => `${traded} of ${groupId} traded, and ${taken.amountE8} was asked for`,
    );
  }
}
