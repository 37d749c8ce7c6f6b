import type { Event } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import { type IntentProposal, strategyId } from '@holdfast/core/strategy';
import type { GroupId, InstrumentName, Label, MonoMs } from '@holdfast/core/values';
import type { Prng } from './prng.ts';
import { uuidMinter } from './uuid.ts';

const BY_HAND = strategyId('by-hand');

/** What a world knows of the trader whose hands these are. */
export interface HandsOptions {
  readonly prng: Prng;
  readonly state: () => State | null;
  /** Once the trader's thread is free: the event, made at that moment. */
  readonly post: (make: (at: MonoMs) => Event) => void;
}

/** Proposes and cancels from outside, past every strategy, through the core's ordinary door. */
export class Hands {
  readonly #options: HandsOptions;
  readonly #mint: () => GroupId;

  constructor(options: HandsOptions) {
    this.#options = options;
    this.#mint = uuidMinter(options.prng.fork('groups'));
  }

  /** A new group, as the shell would mint it. */
  mintGroup(): GroupId {
    return this.#mint();
  }

  /** Proposals of the same group are the same intent. */
  propose(proposal: IntentProposal, groupId = this.#mint()): void {
    this.#options.post((at) => {
      return { kind: 'intentProposed', at, strategyId: BY_HAND, groupId, proposal };
    });
  }

  /** Asks for every working order to be cancelled, or for those of one instrument. */
  cancelWorking(instrument: InstrumentName | null): void {
    const state = this.#options.state();
    for (const target of state?.facts.working ?? []) {
      const order = state?.facts.orders.get(target);
      if (instrument !== null && order?.terms.instrument !== instrument) continue;
      this.cancel(target);
    }
  }

  /** Null: a strategy that names no order. */
  cancel(target: Label | null): void {
    this.propose({ action: 'Cancel', reduceOnly: null, legs: [], target });
  }

  /** With this chance, one working order. */
  maybeCancel(chance: number): void {
    const { prng, state } = this.#options;
    const working = [...(state()?.facts.working ?? [])];
    if (chance === 0 || working.length === 0 || !prng.chance(chance)) return;
    this.cancel(prng.pick(working));
  }
}
