import type { IntentProposal, LegProposal } from './intent.ts';

type Kind = 'string' | 'number' | 'boolean';

const LEG_KINDS: Readonly<Record<keyof LegProposal, readonly [Kind, 'given' | 'optional']>> = {
  instrument: ['string', 'given'],
  side: ['string', 'given'],
  quantity: ['number', 'given'],
  contracts: ['number', 'optional'],
  limitPrice: ['number', 'optional'],
  fairPrice: ['number', 'optional'],
  grossEdgeUsd: ['number', 'optional'],
  delta: ['number', 'optional'],
  orderType: ['string', 'given'],
  timeInForce: ['string', 'given'],
  postOnly: ['boolean', 'given'],
  trigger: ['string', 'optional'],
  triggerPrice: ['number', 'optional'],
  linkedOrderType: ['string', 'optional'],
};
const LEG_FIELDS = Object.keys(LEG_KINDS) as readonly (keyof LegProposal)[];

/**
 * The first field of a proposal that is not even of its type, or null. A strategy is somebody
 * else's code: what it hands us is looked at before anything is read from it. Whether the values
 * make sense is for the gates.
 */
export function misshapenField(proposal: IntentProposal): string | null {
  const given: unknown = proposal;
  if (!isRecord(given)) return 'proposal';
  if (typeof given['action'] !== 'string') return 'action';
  if (!isOptional(given['reduceOnly'], 'boolean')) return 'reduceOnly';
  if (!isOptional(given['target'], 'string')) return 'target';
  const legs = given['legs'];
  if (!Array.isArray(legs)) return 'legs';
  for (const leg of legs) {
    const field = misshapenLegField(leg);
    if (field !== null) return field;
  }
  return null;
}

function misshapenLegField(leg: unknown): string | null {
  if (!isRecord(leg)) return 'legs';
  for (const field of LEG_FIELDS) {
    const [kind, presence] = LEG_KINDS[field];
    const value = leg[field];
    const fits = presence === 'given' ? typeof value === kind : isOptional(value, kind);
    if (!fits) return field;
  }
  return null;
}

/** `null` is how a proposal says "not given"; a field that is missing altogether is a mistake. */
function isOptional(value: unknown, kind: Kind): boolean {
  return value === null || typeof value === kind;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
