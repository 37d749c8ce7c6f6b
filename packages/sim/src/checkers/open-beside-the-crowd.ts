import type { Effect, Event, LedgerRecord } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import { E8 } from '@holdfast/core/values';
import { scanLedger } from '@holdfast/runtime/ledger';
import { type Checker, demand } from './checker.ts';
import { OpenDecisions } from './open-decisions.ts';

/**
 * What could add risk is decided while the public trades of its market are heard, and not in the
 * direction in which we have just traded as much as the policy allows (contract-1 section 26).
 */
export function openBesideTheCrowd(): Checker {
  const name = 'open-beside-the-crowd';
  const decisions = new OpenDecisions();
  const memory = new TradeMemory();
  return {
    name,
    onBoot(_state, _fold, ledger) {
      decisions.forget();
      memory.begin();
      // What was durable and never heard was traded all the same.
      for (const { record } of scanLedger(ledger)) memory.note(record);
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

type Fill = Extract<LedgerRecord, { type: 'fillRecorded' }>;

/** The checkers' own memory of what was traded: by the venue's lists and words alone. */
class TradeMemory {
  /** Market of each instrument, and whether its amounts count dollars. */
  readonly #listed = new Map<string, { readonly market: string; readonly inUsd: boolean }>();
  readonly #newsAt = new Map<string, number>();
  /** Questions that are out: of which market, and since when. */
  readonly #asked = new Map<number, { readonly market: string; readonly at: number }>();
  readonly #seen = new Set<string>();
  readonly #own: Fill[] = [];
  #now = Number.NEGATIVE_INFINITY;

  /** A new process has heard nothing; what we traded stays traded. */
  begin(): void {
    this.#newsAt.clear();
    this.#asked.clear();
    this.#now = Number.NEGATIVE_INFINITY;
  }

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
        for (const record of event.records) this.note(record);
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
    let gross = 0;
    let net = 0;
    for (const fill of this.#own) {
      // Not forgotten: the clock of the next process may be behind.
      if (now - fill.at >= windowMs) continue;
      const listed = this.#listed.get(fill.instrument);
      if (listed === undefined || listed.market !== market) continue;
      const amount = fill.amountE8 / E8;
      const usd = listed.inUsd ? amount : (amount * fill.indexPriceE8) / E8;
      gross += usd;
      net += fill.side === 'buy' ? usd : 0 - usd;
    }
    return { gross, net };
  }

  #news(market: string | undefined, at: number): void {
    if (market === undefined) return;
    this.#newsAt.set(market, Math.max(this.#newsAt.get(market) ?? at, at));
  }

  note(record: LedgerRecord): void {
    if (record.type !== 'fillRecorded' || this.#seen.has(record.tradeId)) return;
    this.#seen.add(record.tradeId);
    this.#own.push(record);
  }
}
