/**
 * Which package owns a verb (D-34, D-36). The launcher starts that package's cli.ts with it, or the
 * entry named beside it. A build without that file is without the verb.
 */

/**
 * A small young generation: many short collections instead of few long ones. The longest fell from
 * 40 ms to 4 ms where it was measured, for 8 % of throughput.
 */
const TRADING = ['--max-semi-space-size=1'];

export const VERBS = {
  drill: { owner: 'sim', does: 'a scenario by name, or all of them: drill -- break-glass' },
  fuzz: { owner: 'sim', does: 'random worlds, every checker on: fuzz -- --seeds 200' },
  backtest: { owner: 'sim', does: 'recorded bars played to strategies through the real loop' },
  bars: { owner: 'sim', does: 'closed bars cut out of a market, to be played' },
  exchange: {
    owner: 'sim',
    entry: 'exchange-cli.ts',
    does: "the simulated exchange, Deribit's protocol on a port",
  },
  start: { owner: 'runtime', does: 'the exchange and an engine on it, no account', flags: TRADING },
  run: { owner: 'runtime', does: 'an engine on a venue that runs already', flags: TRADING },
  status: { owner: 'runtime', does: 'mode of a running engine, why, and what clears it' },
  health: { owner: 'runtime', does: 'configuration, build, contract and engine: all well or not' },
  orders: { owner: 'runtime', does: 'working orders of a running engine' },
  positions: { owner: 'runtime', does: 'positions of a running engine' },
  emergency: { owner: 'runtime', does: 'stop a running engine from opening risk' },
  accounting: { owner: 'runtime', does: 'a row of cash nobody could explain was looked at' },
  presence: { owner: 'runtime', does: 'say, signed, that somebody watches a running engine' },
  limits: { owner: 'runtime', does: 'losses, limits and caps of a running engine; reset a latch' },
  sign: { owner: 'runtime', does: 'sign a presence, an approval, a sign-off or a bundle' },
  explain: { owner: 'runtime', does: 'the whole story of one intent' },
  record: { owner: 'runtime', does: 'a tape of public channels from any Deribit address' },
  paper: { owner: 'runtime', does: 'what paper trading has shown so far, and what is missing' },
  replay: { owner: 'runtime', does: 'what an engine heard, decided again: the same to the byte?' },
  ledger: { owner: 'runtime', does: 'verify and dump ledgers, read only' },
  config: { owner: 'runtime', does: 'check configuration and show its hash' },
  token: { owner: 'runtime', does: 'who may read and stop over the network' },
  keys: { owner: 'runtime', does: 'ask the exchange what a key can do, and judge it' },
  certify: { owner: 'runtime', does: 'bind build, configuration and contract into a certificate' },
  verify: { owner: 'runtime', does: 'check chains and signatures without the process behind them' },
  ops: { owner: 'governance', does: 'operations: declared, approved, in scope, proved' },
  graduate: { owner: 'governance', does: 'what a policy has earned, and what is missing' },
  rollout: { owner: 'governance', does: 'whether to go on with the candidate, hold, or go back' },
  doctor: { owner: 'runtime', does: 'measure this host: disk, clock, limits' },
};

/** The nearest verb to a mistyped one, or null where none is near. */
export function nearestVerb(typed) {
  const ranked = Object.keys(VERBS)
    .map((verb) => ({ verb, distance: verb.startsWith(typed) ? 1 : distance(typed, verb) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(1, Math.ceil(typed.length / 3))
    ? best.verb
    : null;
}

/** Edits that turn one word into the other. */
function distance(from, to) {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const swap = row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[to.length];
}
