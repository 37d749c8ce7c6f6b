/** The mutants that may survive, each with the reason why (scripts/mutation/survivors.json). */

/** A mutant that is known to survive. */
export interface Survivor {
  /** As the command prints it. */
  readonly id: string;
  readonly file: string;
  /** What is changed into what, for who reads the list. */
  readonly change: string;
  /**
   * `equivalent`: no input can tell it from the code. `accepted`: one could, and what it would show
   * is not worth a test.
   */
  readonly verdict: 'equivalent' | 'accepted';
  readonly reason: string;
}

const FIELDS: readonly string[] = ['id', 'file', 'change', 'verdict', 'reason'];
const VERDICTS: readonly string[] = ['equivalent', 'accepted'];
/** Shorter than this, a reason says that there is one and not what it is. */
const REASON_LENGTH = 20;

/** @throws Error that names the entry and what is wrong with it. */
export function parseSurvivors(text: string): readonly Survivor[] {
  const entries: unknown = JSON.parse(text);
  if (!Array.isArray(entries)) throw new Error('the survivors are not a list');
  const ids = new Set<string>();
  return entries.map((entry: Survivor, index) => {
    const fault = faultOf(entry, ids);
    if (fault !== null) throw new Error(`survivor ${index + 1} (${entry?.id}): ${fault}`);
    ids.add(entry.id);
    return entry;
  });
}

function faultOf(entry: Survivor, ids: ReadonlySet<string>): string | null {
  if (typeof entry !== 'object' || entry === null) return 'is no entry';
  const keys = Object.keys(entry);
  if (keys.length !== FIELDS.length || !FIELDS.every((field) => keys.includes(field))) {
    return `has ${keys.join(', ')} and must have ${FIELDS.join(', ')}`;
  }
  if (Object.values(entry).some((value) => typeof value !== 'string')) return 'holds no text';
  if (ids.has(entry.id)) return 'stands twice';
  if (!VERDICTS.includes(entry.verdict)) return `has the verdict '${entry.verdict}'`;
  return entry.reason.trim().length < REASON_LENGTH ? 'gives no reason' : null;
}
