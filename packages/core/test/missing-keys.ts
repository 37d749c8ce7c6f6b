/**
 * P1-F: every critical value taken away or made no number, one at a time, everything else passing.
 * Each is asked twice: of the gates alone, where it is the sole cause of the refusal, and of the
 * whole core, which has to be left as it was. Run as a program it prints the results.
 */
import {
  BTC_CALL,
  BTC_PUT,
  candidateOf,
  contextWithListing,
} from '../src/gates/context.fixture.ts';
import { admit } from '../src/gates/gates.ts';
import type { Reject, RejectCode } from '../src/gates/reject.ts';
import { parseText } from '../src/parse.ts';
import { parsePolicy } from '../src/policy-document.ts';
import {
  type Answer,
  CRITICAL_KEYS,
  type CriticalKey,
  REFUSED_DOCUMENT,
  VARIANTS,
  type Variant,
  type World,
} from './critical-keys.ts';
import { Desk, type DeskOptions } from './desk.ts';
import { type Footprint, footprintOf } from './footprint.ts';

export interface Outcome {
  readonly key: string;
  readonly variant: Variant;
  /** What the gates alone have to answer; null where only the core is asked. */
  readonly gates: { readonly expected: RejectCode; readonly answer: Reject | null } | null;
  readonly core: {
    readonly expected: Answer;
    readonly answer: Answer;
    /** Where the document is broken, and which rule it breaks. */
    readonly fault: string | null;
    readonly mode_reasons: readonly string[];
    /** Null where the document was refused: there is no core then. */
    readonly before: Footprint | null;
    readonly after: Footprint | null;
  };
  /** Why it is believed where it should not be; null where nothing is wrong. */
  readonly gap: string | null;
}

export function outcomes(): Outcome[] {
  return CRITICAL_KEYS.flatMap((key) =>
    variantsOf(key).map((variant): Outcome => {
      const world = key.world(VARIANTS[variant]);
      const gap = key.gap?.[variant] ?? null;
      const expected = gap === null ? (key.core?.[variant] ?? key.code) : 'admitted';
      return {
        key: key.key,
        variant,
        gates: variant === 'missing' ? { expected: key.code, answer: askGates(world) } : null,
        core: { expected, ...askCore(world) },
        gap,
      };
    }),
  );
}

function variantsOf({ variants }: CriticalKey): readonly Variant[] {
  return variants ?? (Object.keys(VARIANTS) as Variant[]);
}

function askGates({ instrument = BTC_CALL, policy, leg, listing, gates }: World): Reject | null {
  const parts = policy === undefined ? {} : { policy };
  const context = contextWithListing({ instrument, ...listing }, { ...parts, ...gates });
  return admit(context, candidateOf(leg)).reject;
}

type Asked = Omit<Outcome['core'], 'expected'>;

function askCore(world: World): Asked {
  const instruments = [world.instrument ?? BTC_CALL, BTC_PUT];
  if (world.document === undefined) return askDesk({ instruments }, world);
  const parsed = parseText(world.document, parsePolicy);
  if (parsed.ok) return askDesk({ instruments, policy: parsed.value }, world);
  const [{ path, rule }] = parsed.violations;
  const nothing = { mode_reasons: [], before: null, after: null };
  return { answer: REFUSED_DOCUMENT, fault: `${path} ${rule}`, ...nothing };
}

function askDesk(options: DeskOptions, world: World): Asked {
  const { hears } = world;
  const desk = new Desk({ ...options, ...(hears === undefined ? {} : { hears }) }).boot();
  if (world.ledger !== undefined) {
    // A first order finds the ledger shut; what is asked below is the next one.
    desk.ledger = world.ledger;
    desk.propose({ instrument: BTC_PUT.name });
    desk.now += 1_000;
    desk.feed();
  }
  const before = footprintOf(desk);
  const refused = desk.refusals.length;
  desk.propose(world.leg);
  const answer = desk.refusals[refused] ?? 'admitted';
  return { answer, fault: null, mode_reasons: desk.modeReasons, before, after: footprintOf(desk) };
}

if (import.meta.main) process.stdout.write(JSON.stringify(outcomes()));
