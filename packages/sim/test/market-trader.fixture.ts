import { createSmileMemory } from '@holdfast/core/market';
import type { InstrumentName } from '@holdfast/core/values';
import { cheapOption } from '@holdfast/strategies';
import { type Stage, viewOf } from './market-stage.fixture.ts';

const MINUTE_MS = 60_000;
/** A process has to start, reconcile and become Active first. */
const READY_MS = 2_000;
const CONSULT_MS = 250;

/** Orders until the first purchase is filled or a minute of market is over. */
export interface FirstTrade {
  readonly sent: number;
  readonly filled: number;
  /** Of the first fill, ms after the market's start; NaN without one. */
  readonly at: number;
}

/** The example strategy, consulted as the runtime consults it, its orders sent at once. */
export function tradeOnce(stage: Stage): FirstTrade {
  const memory = cheapOption.remember();
  const smiles = createSmileMemory();
  const held = new Map<InstrumentName, number>();
  let [sent, filled] = [0, 0];
  for (let at = READY_MS; at <= MINUTE_MS; at += CONSULT_MS) {
    stage.clock.runUntil(stage.startedAt + at);
    for (const { legs } of cheapOption.propose(memory, viewOf(stage, held, smiles))) {
      const [leg] = legs;
      if (leg === undefined) continue;
      sent += 1;
      const answer = stage.exchange.handle(
        `private/${leg.side}`,
        {
          instrument_name: leg.instrument,
          amount: leg.quantity,
          price: Number(leg.limitPrice?.toFixed(8)),
          type: 'limit',
          time_in_force: 'immediate_or_cancel',
          label: `cheap-${sent}`,
          reduce_only: false,
        },
        stage.clock.now(),
      );
      if (!answer.ok) throw new Error(JSON.stringify(answer.error));
      if (JSON.stringify(answer.result).includes('"order_state":"filled"')) filled += 1;
    }
    if (filled > 0) return { sent, filled, at };
  }
  return { sent, filled, at: Number.NaN };
}
