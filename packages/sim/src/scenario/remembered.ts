import type { Facts } from '@holdfast/core/facts';
import { canonicalJson } from '@holdfast/core/proof';
import { foldLedger } from '@holdfast/runtime/ledger';
import type { World } from '../world.ts';

/** What was true of our trading at one moment, part by part, as comparable texts. */
export type Remembered = ReadonlyMap<string, string>;

/**
 * What a restart must find again, no more and no less. When sessions began and when they were
 * reconciled is not among it.
 */
export function rememberFacts(world: World): Remembered {
  const { facts, byType } = foldLedger(world.disk);
  const { intentRecorded = 0, orderSending = 0, orderAcked = 0 } = byType;
  const records = { ...facts.totals, reconciliations: 0, intentRecorded, orderSending, orderAcked };
  return new Map([...partsOf(facts), ['records', textOf(records)]]);
}

/** Names of the parts that are different now, in the ledger or in the process that lives. */
export function differencesFrom(world: World, before: Remembered): readonly string[] {
  const now = rememberFacts(world);
  const living = world.state === null ? [] : partsOf(world.state.facts);
  return [
    ...[...before].filter(([part, text]) => now.get(part) !== text).map(([part]) => part),
    ...living
      .filter(([part, text]) => before.get(part) !== text)
      .map(([part]) => `${part} of the process`),
  ];
}

function partsOf({ orders, working, seenTrades, positions, cash }: Facts): [string, string][] {
  return [
    ['orders', textOf([...orders])],
    ['working', textOf([...working])],
    ['trades', textOf([...seenTrades])],
    ['positions', textOf([...positions])],
    ['cash', textOf([...cash])],
  ];
}

function textOf(value: unknown): string {
  const canonical = canonicalJson(value);
  if (!canonical.ok) throw new Error(`not JSON at ${canonical.path}: ${canonical.rule}`);
  return canonical.text;
}
