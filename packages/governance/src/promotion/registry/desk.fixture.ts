/** A registry whose evidence is what a test says of each policy. */
import { DEFAULT_GUARD_CONFIG } from '../guard/config.ts';
import { diary, fact, graduation, posture, wholeCoverage } from '../guard/evidence.fixture.ts';
import type { Stage } from '../stage.ts';
import { MemoryChain, T0 } from './chain.fixture.ts';
import { type Evidence, type RegistryAnswer, StrategyRegistry } from './registry.ts';

export const ASKER = { actor: 'ana', reason: 'because' } as const;

/** All that a policy needs for the statuses of its stage. */
export function earned(policyId: string, stage: Stage): Evidence {
  const facts = [...wholeCoverage('pilot'), fact({ stage: 'paper', regime: null })];
  const own = facts.map((each) => ({ ...each, policyId, recordedAt: T0 }));
  return {
    posture: posture({ policyId, stage, declaredStage: stage }),
    diary: diary(own),
    graduation: graduation(),
    relief: [],
  };
}

export class Desk {
  readonly chain = new MemoryChain();
  readonly lines: Readonly<Record<string, unknown>>[] = [];
  readonly asked: string[] = [];
  readonly evidence = new Map<string, Evidence>();
  now = T0;
  readonly registry = new StrategyRegistry({
    store: this.chain,
    config: DEFAULT_GUARD_CONFIG,
    environment: 'prod',
    evidenceOf: (policyId) => {
      this.asked.push(policyId);
      const found = this.evidence.get(policyId);
      return found === undefined
        ? Promise.reject(new Error('ledger cannot be read'))
        : Promise.resolve(found);
    },
    now: () => {
      this.now += 1_000;
      return this.now;
    },
    log: (line) => this.lines.push(line),
  });

  earns(policyId: string, stage: Stage): void {
    this.evidence.set(policyId, earned(policyId, stage));
  }

  /** The codes of the answer, or what the strategies are after it. */
  async after(answer: Promise<RegistryAnswer>): Promise<unknown> {
    const given = await answer;
    return given.ok ? this.statuses() : given.error.code;
  }

  async statuses(): Promise<Readonly<Record<string, string>>> {
    const { strategies } = await this.registry.read();
    return Object.fromEntries([...strategies].map(([id, { status }]) => [id, status]));
  }

  to(strategyId: string, status: string): Promise<unknown> {
    return this.after(this.registry.updateStatus(strategyId, status, ASKER));
  }
}
