import type { Effect, Event, LedgerRecord } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import { E8 } from '@holdfast/core/values';
import { type Checker, demand } from './checker.ts';
import { OpenDecisions } from './open-decisions.ts';

/**
 * What could add risk is decided while the public trades of its market are heard, and not in the
 * direction in which we have just traded as much as the policy allows (contract-1 section 26).
 */
export function openBesideTheCrowd(): Checker {
  const name = 'open-beside-the-crowd';
  const decisions = new OpenDecisions();
  let memory = new TradeMemory();
  return {
    name,
    onBoot() {
      decisions.forget();
      memory = new TradeMemory();
    },
    onEvent(event) {
      decisions.hear(event);
      memory.hear(event);
    },
    onEffect(effect, state) {
      const parameters = state.observations.policy?.parameters;
      for (const { label, instrument, at } of decisions.see(effect, state)) {
        const side = sideOf(effect, label, state);
        if (parameters === undefined || side === null) continue;
        const ageMs = memory.newsAgeMs(instrument, at);
        demand(
          ageMs >= 0 && ageMs <= parameters.publicTradeFeedMaxAgeMs,
          name,
          () => `${label} was decided ${ageMs} ms after the last word of the trades beside it`,
        );
        const { gross, net } = memory.own(instrument, at, parameters.feedbackLoopWindowS * 1_000);
        const goesOn = side === 'buy' ? net >= 0 : net <= 0;
        demand(
          !goesOn || gross < parameters.selfTradeNotionalTripUsd,
          name,
          () => `${label} goes on in a direction of which ${gross} USD were ours`,
        );
      }
      memory.see(effect);
    },
  };
}

function sideOf(effect: Effect, label: string, { facts }: State): 'buy' | 'sell' | null {
  if (effect.kind !== 'append') return null;
  for (const record of effect.records) {
    if (record.type === 'intentRecorded' && record.terms.label === label) return record.terms.side;
  }
  for (const { terms } of facts.orders.values()) if (terms.label === label) return terms.side;
  return null;
}

interface OwnTrade {
  readonly at: number;
  readonly market: string;
  /** Positive for what was bought. */
  readonly usd: number;
}

type Fill = Extract<LedgerRecord, { type: 'fillRecorded' }>;

/** The checkers' own memory of what was traded: by the venue's lists and words alone. */
class TradeMemory {
  /** Market of each instrument, and whether its amounts count dollars. */
  readonly #listed = new Map<string, { readonly market: string; readonly inUsd: boolean }>();
  readonly #newsAt = new Map<string, number>();
  /** Questions that are out: of which market, and since when. */
  readonly #asked = new Map<number, { readonly market: string; readonly at: number }>();
  readonly #seen = new Set<string>();
  #own: OwnTrade[] = [];
  #now = Number.NEGATIVE_INFINITY;

  hear(event: Event): void {
    this.#now = Math.max(this.#now, event.at);
    switch (event.kind) {
      case 'instrumentsListed':
        for (const { name, kind, settlement, amountUnit } of event.instruments) {
          const market = `${kind === 'option' ? 'option' : 'future'} ${settlement}`;
          this.#listed.set(name, { market, inUsd: amountUnit === 'usd' });
        }
        return;
      case 'publicTradeObserved':
        return this.#news(this.#listed.get(event.instrument)?.market, event.at);
      case 'publicTradesObserved': {
        const question = this.#asked.get(event.requestId);
        return this.#news(question?.market, question?.at ?? Number.NEGATIVE_INFINITY);
      }
      case 'sessionChanged':
        if (!event.connected) this.#newsAt.clear();
        return;
      case 'recorded':
        for (const record of event.records) if (record.type === 'fillRecorded') this.#trade(record);
        return;
      default:
    }
  }

  see(effect: Effect): void {
    if (effect.kind !== 'fetch' || effect.what !== 'latest_trades') return;
    const market = `${effect.family} ${effect.currency}`;
    this.#asked.set(effect.requestId, { market, at: this.#now });
  }

  newsAgeMs(instrument: string, now: number): number {
    const market = this.#listed.get(instrument)?.market ?? '';
    return now - (this.#newsAt.get(market) ?? Number.NaN);
  }

  own(instrument: string, now: number, windowMs: number): { gross: number; net: number } {
    const market = this.#listed.get(instrument)?.market;
    this.#own = this.#own.filter(({ at }) => now - at < windowMs);
    let gross = 0;
    let net = 0;
    for (const trade of this.#own) {
      if (trade.market !== market) continue;
      gross += Math.abs(trade.usd);
      net += trade.usd;
    }
    return { gross, net };
  }

  #news(market: string | undefined, at: number): void {
    if (market === undefined) return;
    this.#newsAt.set(market, Math.max(this.#newsAt.get(market) ?? at, at));
  }

  #trade({ at, tradeId, instrument, side, amountE8, indexPriceE8 }: Fill): void {
    const listed = this.#listed.get(instrument);
    if (listed === undefined || this.#seen.has(tradeId)) return;
    this.#seen.add(tradeId);
    const amount = amountE8 / E8;
    const usd = listed.inUsd ? amount : (amount * indexPriceE8) / E8;
    this.#own.push({ at, market: listed.market, usd: side === 'buy' ? usd : 0 - usd });
  }
}
