/** The scopes of a Deribit key or token (phases section 7.2). */
const AREAS = ['account', 'trade', 'wallet', 'block_trade', 'block_rfq'] as const;
const LEVELS = ['none', 'read', 'read_write'] as const;

export type ScopeArea = (typeof AREAS)[number];
export type ScopeLevel = (typeof LEVELS)[number];
export type Scope = Readonly<Record<ScopeArea, ScopeLevel>> & { readonly mainaccount: boolean };

/** What a method asks for; null is open to every token, and to nobody's. */
export type ScopeNeed = {
  readonly area: ScopeArea | 'mainaccount';
  readonly level: 'read' | 'read_write';
} | null;

const NOTHING: Scope = {
  account: 'none',
  trade: 'none',
  wallet: 'none',
  block_trade: 'none',
  block_rfq: 'none',
  mainaccount: false,
};

/** Words that say how long a token lives and from where it may be used, not what it may do. */
const ELSEWHERE = /^(connection|session:[\w.-]{1,64}|expires:\d{1,9}|ip:[\d.*]{1,15})$/;

/**
 * `account:read trade:read_write wallet:none`. An area that is not named is none. Null for a word
 * that is no scope or comes twice: unknown permissions are no permissions.
 */
export function parseScope(text: string): Scope | null {
  const seen = new Set<string>();
  let scope = NOTHING;
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    if (ELSEWHERE.test(word)) continue;
    const [name = '', level = ''] = word.split(':');
    if (seen.has(name)) return null;
    seen.add(name);
    if (word === 'mainaccount') {
      scope = { ...scope, mainaccount: true };
      continue;
    }
    const area = AREAS.find((each) => each === name);
    const granted = LEVELS.find((each) => each === level);
    if (area === undefined || granted === undefined || word !== `${area}:${granted}`) return null;
    scope = { ...scope, [area]: granted };
  }
  return scope;
}

/** Whether a token of this scope may do what a method needs. */
export function allows(scope: Scope, need: ScopeNeed): boolean {
  if (need === null) return true;
  if (need.area === 'mainaccount') return scope.mainaccount;
  return LEVELS.indexOf(scope[need.area]) >= LEVELS.indexOf(need.level);
}
