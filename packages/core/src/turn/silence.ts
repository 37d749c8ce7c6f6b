import { DEFAULT_PARAMETERS } from '../policy-document.ts';
import type { State } from '../state.ts';
import { monoMs } from '../values/index.ts';
import type { Output } from './output.ts';
import { block, raiseRisk } from './safety.ts';

/**
 * A connection that answers pings and says nothing of any market is dead to us (contract-1 section
 * 46). Books, trades and tickers count, whichever instrument they are of: one quiet book is no
 * silence. With nothing at stake silence is allowed.
 */
export function watchSilence(state: State, output: Output): void {
  const { observations } = state;
  const { connected, heardSince, marketAt, now, policy } = observations;
  if (!connected) return;
  const { wsZombieSilenceMs } = policy?.parameters ?? DEFAULT_PARAMETERS;
  if (now - Math.max(marketAt, heardSince) <= wsZombieSilenceMs || !isAtStake(state)) return;
  // The next silence is counted from here: a new connection is given its time to speak.
  observations.heardSince = monoMs(now);
  raiseRisk(state, 'ws_data_stale', output);
  block(state, 'WS_DATA_STALE_RECONCILE_REQUIRED', output);
  output.add({ kind: 'reconnect', cause: 'market_data_silent' });
}

/** Held, working or on its way, or active shortly before the last market data came. */
function isAtStake({ facts, observations }: State): boolean {
  if (facts.positions.size > 0 || facts.working.size > 0) return true;
  if (observations.pendingIntents.size > 0 || observations.unresolved.size > 0) return true;
  const { lastActivityAt, marketAt, policy } = observations;
  const { wsZombieActivityWindowMs } = policy?.parameters ?? DEFAULT_PARAMETERS;
  return lastActivityAt > 0 && lastActivityAt >= marketAt - wsZombieActivityWindowMs;
}
