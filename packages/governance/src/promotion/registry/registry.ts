/**
 * The registry of strategies on its chain: commands are judged on what the chain says now, written
 * behind exactly that, and judged anew where somebody wrote in between.
 */
import type { GovernanceEvent } from '../../store/event.ts';
import type { GovernanceStore } from '../../store/store.ts';
import type { PromotionGuardConfig } from '../guard/config.ts';
import { rejectionLog } from '../guard/failure.ts';
import { type GuardInputs, validate } from '../guard/guard.ts';
import type { ChampionOffer } from './champion.ts';
import {
  type Asker,
  bestFallback,
  type Decision,
  decideRegister,
  decideUpdate,
  type Judge,
} from './decide.ts';
import { errorOf, StrategyRegistryError } from './error.ts';
import { decideReconcile, type Standing, standingOf } from './reconcile.ts';
import { EMPTY_REGISTRY, foldRegistry, type RegistryState } from './state.ts';
import { isGated } from './status.ts';

/** What the guard needs and only others know. */
export type Evidence = Pick<GuardInputs, 'posture' | 'diary' | 'graduation' | 'relief'>;

export interface RegistryPorts {
  readonly store: GovernanceStore;
  readonly config: PromotionGuardConfig;
  readonly environment: GuardInputs['environment'];
  /** Fresh from ledger and diary; whatever it throws is evidence that cannot be read. */
  evidenceOf(policyId: string): Promise<Evidence>;
  /** Epoch ms. */
  now(): number;
  log(line: Readonly<Record<string, unknown>>): void;
}

export type RegistryAnswer =
  | {
      readonly ok: true;
      readonly events: readonly GovernanceEvent[];
      readonly state: RegistryState;
    }
  | { readonly ok: false; readonly error: StrategyRegistryError };

export type Reconciled = RegistryAnswer & {
  /** Policies nothing could be read of: their strategies stay what they are, and may not open. */
  readonly unread: readonly string[];
};

const ATTEMPTS_MAX = 16;
type Prepared = ReadonlyMap<string, Evidence>;

export class StrategyRegistry {
  readonly #ports: RegistryPorts;
  #state = EMPTY_REGISTRY;

  constructor(ports: RegistryPorts) {
    this.#ports = ports;
  }

  /** What the chain says now. Throws `StrategyRegistryError` where it says what cannot be. */
  async read(): Promise<RegistryState> {
    const from = this.#state;
    const events: GovernanceEvent[] = [];
    for await (const event of this.#ports.store.read('registry', from.head.seq + 1)) {
      events.push(event);
    }
    const folded = foldRegistry(events, from);
    if (!folded.ok) {
      const said = `${folded.code} at ${folded.seq}: ${folded.detail}`;
      throw new StrategyRegistryError('registry_chain_broken', said);
    }
    // Another reading may have come further meanwhile.
    if (folded.state.head.seq > this.#state.head.seq) this.#state = folded.state;
    return folded.state;
  }

  /** @param status null: what it is already, and `evolved` where it is new. */
  registerChampion(
    offer: ChampionOffer,
    status: string | null,
    asker: Asker,
  ): Promise<RegistryAnswer> {
    return this.#command(async (state) => {
      const prepared = await this.#prepare(state, offer.strategyId, offer.policyId);
      return decideRegister(state, offer, status, asker, this.#judge(prepared));
    });
  }

  updateStatus(strategyId: string, status: string, asker: Asker): Promise<RegistryAnswer> {
    return this.#command(async (state) => {
      const policyId = state.strategies.get(strategyId)?.champion.policy_id ?? null;
      const prepared = await this.#prepare(state, strategyId, policyId);
      return decideUpdate(state, strategyId, status, asker, this.#judge(prepared));
    });
  }

  async reconcile(actor: string): Promise<Reconciled> {
    let unread: readonly string[] = [];
    const answer = await this.#command(async (state) => {
      const gated = [...state.strategies.values()].filter(({ status }) => isGated(status));
      const policies = new Set(gated.map(({ champion }) => champion.policy_id));
      const prepared = await this.#load([...policies]);
      const standings = new Map<string, Standing>();
      for (const [policyId, { posture, diary }] of prepared) {
        standings.set(policyId, standingOf(posture, diary));
      }
      unread = [...standings].flatMap(([id, { kind }]) => (kind === 'unread' ? [id] : []));
      const { stageRequirements } = this.#ports.config;
      return decideReconcile(state, stageRequirements, standings, actor, this.#judge(prepared));
    });
    return { ...answer, unread };
  }

  async #command(decide: (state: RegistryState) => Promise<Decision>): Promise<RegistryAnswer> {
    const { store } = this.#ports;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const state = await this.read();
      const decision = await decide(state);
      if (!decision.ok) {
        if (decision.refusal !== null) this.#ports.log(rejectionLog(decision.refusal));
        return { ok: false, error: errorOf(decision) };
      }
      if (decision.facts.length === 0) return { ok: true, events: [], state };
      const appended = await store.append(
        'registry',
        state.head,
        decision.facts,
        this.#ports.now(),
      );
      if (appended.ok) return { ok: true, events: appended.events, state: await this.read() };
    }
    const why = `the chain has moved ${ATTEMPTS_MAX} times`;
    return { ok: false, error: new StrategyRegistryError('registry_busy', why) };
  }

  /** Evidence of whom the guard may be asked about: the strategy, and who follows a default. */
  #prepare(state: RegistryState, strategyId: string, policyId: string | null): Promise<Prepared> {
    const next = bestFallback(state.strategies.values(), strategyId);
    const policies = [policyId, next?.champion.policy_id ?? null];
    return this.#load(policies.filter((each) => each !== null));
  }

  async #load(policies: readonly string[]): Promise<Prepared> {
    const loaded = new Map<string, Evidence>();
    for (const policyId of policies) loaded.set(policyId, await this.#evidence(policyId));
    return loaded;
  }

  /** A demotion must not fail on what a promotion needs: trouble here is a refusal there. */
  async #evidence(policyId: string): Promise<Evidence> {
    try {
      return await this.#ports.evidenceOf(policyId);
    } catch (error) {
      return unreadable(error instanceof Error ? error.message : String(error));
    }
  }

  #judge(prepared: Prepared): Judge {
    const { config, environment } = this.#ports;
    const now = this.#ports.now();
    return ({ strategyId, policyId, status, evidenceSince }) => {
      const evidence = prepared.get(policyId) ?? unreadable('nobody has asked for it');
      const inputs = { ...evidence, config, policyId, evidenceSince, environment, now };
      return validate(strategyId, status, inputs);
    };
  }
}

function unreadable(detail: string): Evidence {
  return { posture: null, diary: { state: 'unreadable', detail }, graduation: null, relief: [] };
}
