/** A chain in memory, as the stores keep it; and commands on it without a shell around them. */
import { lineOf, NO_HASH } from '@holdfast/runtime/proof';
import type { ChainHead, Domain, Fact, GovernanceEvent } from '../../store/event.ts';
import type { Appended, GovernanceStore } from '../../store/store.ts';
import type { ChampionOffer } from './champion.ts';

export const T0 = Date.UTC(2026, 10, 1);

export function chained(after: ChainHead, facts: readonly Fact[], at: number): GovernanceEvent[] {
  let { seq, hash } = after;
  return facts.map((fact) => {
    seq += 1;
    const ts = new Date(at).toISOString();
    const body = { v: 1 as const, domain: 'registry' as const, ts, ...fact, seq, prev_hash: hash };
    const line = lineOf(body);
    ({ hash } = line);
    // Through text, as from any disk.
    return JSON.parse(line.line) as GovernanceEvent;
  });
}

export class MemoryChain implements GovernanceStore {
  events: GovernanceEvent[] = [];
  /** Called before an append, as somebody else who writes. */
  beforeAppend: () => void = () => undefined;

  get end(): ChainHead {
    const last = this.events.at(-1);
    return last === undefined ? { seq: -1, hash: NO_HASH } : { seq: last.seq, hash: last.hash };
  }

  head(): Promise<ChainHead> {
    return Promise.resolve(this.end);
  }

  append(_domain: Domain, after: ChainHead, facts: readonly Fact[], at: number): Promise<Appended> {
    this.beforeAppend();
    if (after.hash !== this.end.hash) {
      return Promise.resolve({ ok: false, code: 'head_moved', head: this.end });
    }
    const events = chained(after, facts, at);
    this.events.push(...events);
    return Promise.resolve({ ok: true, events });
  }

  async *read(_domain: Domain, from = 0): AsyncIterable<GovernanceEvent> {
    await Promise.resolve();
    yield* this.events.slice(from);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export function offer(strategyId: string, over: Partial<ChampionOffer> = {}): ChampionOffer {
  return {
    strategyId,
    policyId: strategyId,
    name: null,
    generation: null,
    dna: { genes: [strategyId] },
    fitnessReport: {},
    provenance: null,
    ...over,
  };
}

export const scored = (strategyId: string, fitness: number | null): ChampionOffer =>
  offer(strategyId, { fitnessReport: { fitness_score: fitness } });
