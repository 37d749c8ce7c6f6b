import type { State } from '@holdfast/core/step';
import { type Checker, demand } from './checker.ts';
import { OpenDecisions } from './open-decisions.ts';

/** `basis_price_max_age_ms` (contract-1 section 43); what the launch policy of every world says. */
const INDEX_AGE_MS_MAX = 5_000;

/**
 * What could add risk is decided while the index price of its coin is known and young: it values
 * the order, what is held and what it may cost.
 */
export function openOnAFreshIndex(): Checker {
  const name = 'open-on-a-fresh-index';
  const decisions = new OpenDecisions();
  const saidAt = new Map<string, number>();
  return {
    name,
    onBoot() {
      decisions.forget();
      saidAt.clear();
    },
    onEvent(event) {
      decisions.hear(event);
      if (event.kind === 'indexChanged') saidAt.set(event.underlying, event.at);
    },
    onEffect(effect, state: State) {
      for (const { label, instrument, at } of decisions.see(effect, state)) {
        const coin = instrument.split('-', 1)[0]?.split('_', 1)[0] ?? '';
        const ageMs = at - (saidAt.get(coin) ?? Number.NaN);
        demand(
          ageMs >= 0 && ageMs <= INDEX_AGE_MS_MAX,
          name,
          () => `${label} was decided on an index of ${coin} ${ageMs} ms old`,
        );
      }
    },
  };
}
