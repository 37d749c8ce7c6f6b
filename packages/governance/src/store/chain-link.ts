/**
 * How an event follows the one before, written and read. The rule is that of `lineOf` in
 * `@holdfast/runtime/proof`: what is kept can be exported as lines that are verified without
 * governance.
 */
import { hash } from 'node:crypto';
import { canonicalJson } from '@holdfast/core/proof';
import { digestOf } from '@holdfast/runtime/proof';
import {
  type ChainHead,
  type Domain,
  type Fact,
  type GovernanceEvent,
  parseGovernanceEvent,
} from './event.ts';
import type { EventRow } from './schema.ts';
import { StoreError } from './store.ts';

/** Bytes of one event, without its hash. */
export const EVENT_BYTES_MAX = 256 * 1024;
/** Facts of one append. */
export const APPEND_MAX = 256;
/** The last moment of the year 9999, epoch ms: the spelling of a time has four digits. */
const TIME_MAX = 253_402_300_799_999;

export interface Link {
  readonly row: EventRow;
  readonly event: GovernanceEvent;
}

/** The events that `facts` become behind `after`. Throws `fact_malformed`. */
export function linkFacts(
  domain: Domain,
  after: ChainHead,
  facts: readonly Fact[],
  at: number,
): readonly Link[] {
  if (facts.length > APPEND_MAX) {
    throw new StoreError('fact_malformed', `${facts.length} at once, at most ${APPEND_MAX}`);
  }
  const links: Link[] = [];
  let before = after;
  for (const fact of facts) {
    const link = linkFact(domain, before, fact, at);
    links.push(link);
    before = link.event;
  }
  return links;
}

function linkFact(domain: Domain, before: ChainHead, fact: Fact, at: number): Link {
  const seq = before.seq + 1;
  const malformed = (detail: string): StoreError =>
    new StoreError('fact_malformed', `${domain} ${seq}: ${detail}`);
  if (!Number.isSafeInteger(at) || at < 0 || at > TIME_MAX) throw malformed(`${at} is no time`);
  const { type, subject, actor, payload, refs } = fact;
  const unhashed = {
    v: 1,
    domain,
    seq,
    ts: new Date(at).toISOString(),
    type,
    subject,
    actor,
    payload,
    refs,
    prev_hash: before.hash,
  } as const;
  const written = canonicalJson(unhashed);
  if (!written.ok) throw malformed(`${written.path} ${written.rule}`);
  const bytes = Buffer.byteLength(written.text);
  if (bytes > EVENT_BYTES_MAX) throw malformed(`${bytes} bytes, at most ${EVENT_BYTES_MAX}`);
  const own = digestOf(unhashed);
  // Read back: nobody can change through the fact what was written, and -0 is 0 for everybody.
  const parsed = parseGovernanceEvent({ ...(JSON.parse(written.text) as object), hash: own });
  if (!parsed.ok) throw malformed(wordsOf(parsed.violations[0]));
  const { ts, prev_hash } = unhashed;
  const row = { domain, seq, ts, type, subject, body: written.text, prev_hash, hash: own };
  return { row, event: parsed.value };
}

/** What a row has to be. `before` is null where the event before is not known. */
export interface Expected {
  readonly domain: Domain;
  readonly seq: number;
  readonly before: ChainHead | null;
}

/** The event of a row that is what was written, where it was written; else `store_chain_broken`. */
export function readRow(row: EventRow, expected: Expected): GovernanceEvent {
  const read = eventOf(row, expected);
  if (typeof read !== 'string') return read;
  throw chainBroken(expected.domain, expected.seq, read);
}

export function chainBroken(domain: Domain, seq: number, detail: string): StoreError {
  return new StoreError('store_chain_broken', `${domain} ${seq}: ${detail}`);
}

/** The event, or what is wrong with its row. */
function eventOf(row: EventRow, { domain, seq, before }: Expected): GovernanceEvent | string {
  if (row.seq !== seq) return `event ${row.seq} stands at its place`;
  if (typeof row.body !== 'string') return 'its body is no text';
  // The body is kept in the canonical form, so this is `digestOf`; that it is is checked below.
  const found = hash('sha256', row.body, 'hex');
  if (found !== row.hash) return `its hash is ${found}, written is ${row.hash}`;
  let value: unknown;
  try {
    value = JSON.parse(row.body);
  } catch {
    return 'its body is not JSON';
  }
  const written = canonicalJson(value);
  if (!written.ok || written.text !== row.body) return 'its body is not canonical JSON';
  const parsed = parseGovernanceEvent(Object.assign({}, value, { hash: row.hash }));
  if (!parsed.ok) return wordsOf(parsed.violations[0]);
  const event = parsed.value;
  if (event.domain !== domain || event.seq !== seq) {
    return `its body is event ${event.seq} of ${event.domain}`;
  }
  for (const column of ['domain', 'ts', 'type', 'subject', 'prev_hash'] as const) {
    if (row[column] !== event[column]) return `its ${column} is not the one of its body`;
  }
  if (before !== null && event.prev_hash !== before.hash) {
    return `follows ${event.prev_hash}, before it is ${before.hash}`;
  }
  return event;
}

function wordsOf({ path, message }: { readonly path: string; readonly message: string }): string {
  return `${path} ${message}`.trim();
}
