/**
 * A run of the whole runtime, recorded on disk, and its replay: equal as it was recorded, different
 * where the core would have decided otherwise, and doubtful wherever something is missing.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { amountE8, monoMs } from '@holdfast/core/values';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../src/clock.ts';
import { folderSource, MemoryDisk } from '../src/ledger/index.ts';
import { memorySource, type Replay, replayTape } from '../src/replay/index.ts';
import { listTapes } from '../src/replay/run-tapes.ts';
import { cancelWorking } from '../src/run/shutdown.ts';
import { currentMode } from '@holdfast/core/step';
import { until } from './ledger-harness.ts';
import { blockBounds, contentOf, edited, type TapeContent } from './tape-edit.ts';
import { startTaped } from './taped-trader.ts';

const RESTS = { timeInForce: 'good_til_cancelled' } as const;
/** What the policy wants between two orders, and a little more. */
const BETWEEN_MS = 230;
const clock = createClock();
let folder = '';
let ledgerFolder = '';
let bytes: Buffer;
let content: TapeContent;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-replay-'));
  ledgerFolder = join(folder, 'ledger');
  const trader = await startTaped(folder, '1a');
  await until(() => trader.isReady(), 'Active');
  const twice = randomUUID();
  trader.propose(twice);
  await sleep(BETWEEN_MS);
  trader.propose(twice);
  trader.propose(randomUUID(), RESTS);
  trader.propose(randomUUID());
  await sleep(BETWEEN_MS);
  await cancelWorking(trader.runtime, clock);
  const stop = { command: 'reduce_only', reason: 'a test', operator: 'tester' } as const;
  trader.runtime.post({ kind: 'operatorCommanded', at: monoMs(clock.now()), ...stop });
  trader.propose(randomUUID());
  // Whoever looks on from outside must leave no trace in what is decided.
  for (let look = 0; look < 20; look += 1) {
    currentMode(trader.runtime.state);
    await sleep(5);
  }
  await trader.stop();
  bytes = readFileSync(listTapes(folder)[0] ?? '');
  content = contentOf(bytes);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function replayOf(tape: Buffer, ledger = ledgerFolder): Replay {
  return replayTape({ tape: memorySource(tape), ledger: folderSource(ledger) });
}

function turnWith(kind: 'append' | 'submit' | 'report'): { turn: number; effect: number } {
  for (const [turn, { effects }] of content.turns.entries()) {
    const effect = effects.findIndex((each) => each.kind === kind);
    if (effect >= 0) return { turn, effect };
  }
  throw new Error(`no ${kind} in this run`);
}

describe('a run as it was recorded', () => {
  it('replays equal: every event, effect and record, up to its end', () => {
    const { turns, resumption } = content;
    const effects = turns.reduce((sum, turn) => sum + turn.effects.length, resumption.length);
    const found = replayOf(bytes);
    expect(found).toMatchObject({ verdict: 'equal', difference: null, doubt: null });
    expect(found).toMatchObject({ events: turns.length, effects, finish: { gap: null } });
    expect(found.finish?.end).toEqual({ turns: turns.length, lost: 0 });
    expect(found.records).toBeGreaterThan(5);
    const asked = new Set(turns.flatMap((turn) => turn.effects.map(({ kind }) => kind)));
    expect([...asked].sort()).toEqual(['append', 'cancel', 'fetch', 'report', 'submit', 'wake']);
  });

  it('is the same tape when it is taken apart and put together again', () => {
    expect(replayOf(edited(bytes, () => undefined)).verdict).toBe('equal');
  });
});

describe('a core that decides otherwise', () => {
  it('is named by turn, effect and field, with what was and what is', () => {
    const { turn, effect } = turnWith('submit');
    const changed = edited(bytes, ({ turns }) => {
      const submit = structuredClone(turns[turn]?.effects[effect]);
      if (submit?.kind !== 'submit') throw new Error('no submit');
      const { terms } = submit.order as { terms: { limitPriceE8: number } };
      terms.limitPriceE8 += 1;
      turns[turn]?.effects.splice(effect, 1, submit);
    });
    const { verdict, difference } = replayOf(changed);
    const { event } = content.turns[turn] ?? {};
    expect(verdict).toBe('different');
    expect(difference).toMatchObject({
      what: 'effect',
      event: turn + 1,
      kind: event?.kind,
      at: event?.at,
      index: effect,
      path: '/order/terms/limitPriceE8',
    });
    expect(difference?.expected).toBe(Number(difference?.actual) + 1);
  });

  it('shows where it asks for less, and where it asks for more', () => {
    const { turn, effect } = turnWith('report');
    const less = edited(bytes, ({ turns }) => {
      turns[turn]?.effects.push({ kind: 'wake', at: monoMs(1) });
    });
    const { length } = content.turns[turn]?.effects ?? [];
    expect(replayOf(less).difference).toMatchObject({
      what: 'effect_count',
      event: turn + 1,
      index: length,
      actual: undefined,
      expected: { kind: 'wake' },
    });
    const more = edited(bytes, ({ turns }) => {
      turns[turn]?.effects.splice(effect);
    });
    expect(replayOf(more).difference).toMatchObject({
      what: 'effect_count',
      event: turn + 1,
      index: effect,
      expected: undefined,
    });
  });

  it('shows in the resumption as well, which no event brings', () => {
    const changed = edited(bytes, ({ resumption }) => {
      resumption.pop();
    });
    expect(replayOf(changed).difference).toMatchObject({ event: 0, kind: null });
  });

  it('shows when an event is another one than it heard', () => {
    const index = content.turns.findIndex(({ event }) => event.kind === 'fillObserved');
    const changed = edited(bytes, ({ turns }) => {
      const turn = turns[index];
      if (turn?.event.kind !== 'fillObserved') throw new Error('no fill');
      const fill = { ...turn.event.fill, amountE8: amountE8(turn.event.fill.amountE8 * 2) };
      turn.event = { ...turn.event, fill };
    });
    expect(replayOf(changed)).toMatchObject({ verdict: 'different' });
  });

  it('shows in a record, when tape and core agree and the ledger does not', () => {
    const { turn, effect } = turnWith('append');
    const change = (record: object): object => ({ ...record, at: 1 });
    const changed = edited(bytes, ({ turns, header }) => {
      const append = turns[turn]?.effects[effect];
      if (append?.kind !== 'append') throw new Error('no append');
      for (const each of turns) {
        if (each.event.kind !== 'recorded') continue;
        each.event = { ...each.event, records: each.event.records.map(change) as never };
        break;
      }
      expect(header.ledger.records).toBe(0);
    });
    const { verdict, difference } = replayOf(changed);
    expect(verdict).toBe('different');
    expect(difference).toMatchObject({ what: 'record', index: 1, path: '/at' });
  });
});

describe('a tape that is not as it was written', () => {
  it('is refused for any byte that changed, wherever it is', () => {
    const bounds = blockBounds(bytes);
    const [first, last] = [bounds[1], bounds.at(-1)];
    const heads = [first, last].flatMap((block) =>
      Array.from({ length: 24 }, (_, index) => (block?.from ?? 0) + index),
    );
    const payloads = bounds.flatMap(({ from, to }, index) =>
      index % 10 === 0 ? [from + 24, Math.floor((from + to) / 2), to - 1] : [],
    );
    const places = [...heads, ...payloads];
    for (const place of places) {
      const spoiled = Buffer.from(bytes);
      spoiled[place] = (spoiled[place] ?? 0) ^ 4;
      const { verdict, doubt } = replayOf(spoiled);
      expect([place, verdict, doubt?.code]).toEqual([place, 'unknown', 'tape_damaged']);
    }
  });

  it('is refused when a block is gone, or twice there, or behind the end', () => {
    const [first, second, third] = blockBounds(bytes).slice(1);
    if (first === undefined || second === undefined || third === undefined) throw new Error();
    const without = Buffer.concat([bytes.subarray(0, second.from), bytes.subarray(second.to)]);
    const twice = Buffer.concat([bytes.subarray(0, second.to), bytes.subarray(second.from)]);
    for (const tape of [without, twice]) {
      expect(replayOf(tape)).toMatchObject({ verdict: 'unknown', doubt: { code: 'tape_damaged' } });
    }
  });

  it('cut anywhere, it is equal as far as it goes, or its last turns are missing', () => {
    const bounds = blockBounds(bytes);
    const cuts = bounds.flatMap(({ from, to }) => [from, from + 10, from + 30, to - 1]);
    const codes = new Set<string>();
    for (const cut of cuts) {
      const { verdict, doubt, finish, difference } = replayOf(bytes.subarray(0, cut));
      expect([cut, verdict, difference]).not.toContain('different');
      codes.add(doubt?.code ?? verdict);
      if (finish === null) continue;
      expect(finish.end).toBeNull();
      const whole = bounds.some(({ from }) => from === cut);
      expect(finish.tornBytes > 0).toBe(!whole);
    }
    expect([...codes].sort()).toEqual(['equal', 'tape_short', 'tape_unreadable']);
  });

  it('the zeros a power cut leaves are torn, and no damage', () => {
    const { from } = blockBounds(bytes).at(-1) ?? { from: 0 };
    const tape = Buffer.concat([bytes.subarray(0, from), Buffer.alloc(100)]);
    expect(replayOf(tape)).toMatchObject({ verdict: 'equal', finish: { tornBytes: 100 } });
  });

  it.each([
    ['not_a_tape', Buffer.from('hello')],
    ['not_a_tape', Buffer.alloc(0)],
    ['market_tape', Buffer.from('{"at":1790000000000,"frame":{"jsonrpc":"2.0"}}\n')],
    ['unknown_format', Buffer.from('HOLDFAST EVENT TAPE 2\nwhatever')],
  ])('%s is said', (code, tape) => {
    expect(replayOf(tape)).toMatchObject({ verdict: 'unknown', doubt: { code }, header: null });
  });

  it('a market tape is told what it lacks', () => {
    const { doubt } = replayOf(Buffer.from('{"at":1,"frame":{}}\n{"at":2,"frame":{}}\n'));
    expect(doubt?.detail).toMatch(/no session, no place in a ledger, no order or record of ours/);
  });
});

describe('what nobody can tell', () => {
  it('D-28 another Node or V8 is not asked, unless whoever replays does not mind', () => {
    for (const versions of [{ node: '24.0.0' }, { v8: '1.0' }]) {
      const other = edited(bytes, (tape) => {
        tape.header = { ...tape.header, versions: { ...tape.header.versions, ...versions } };
      });
      expect(replayOf(other)).toMatchObject({
        verdict: 'unknown',
        events: 0,
        doubt: { code: 'other_engine_version' },
      });
      const ledger = folderSource(ledgerFolder);
      const found = replayTape({ tape: memorySource(other), ledger, versions: null });
      expect(found.verdict).toBe('equal');
    }
  });

  it('behind a gap: equal up to it, and said', () => {
    const kept = content.turns.length - 20;
    const gapped = edited(bytes, (tape) => {
      tape.turns.splice(kept);
      tape.gap = { turns: kept, cause: 'queue_full', detail: 'x' };
      tape.end = { turns: kept + 20, lost: 20 };
    });
    const found = replayOf(gapped);
    expect(found).toMatchObject({ verdict: 'unknown', events: kept, doubt: { code: 'tape_gap' } });
    expect(found.doubt?.detail).toContain(`equal up to event ${kept}`);
  });

  it('an end that counts more turns than there are is a gap nobody wrote down', () => {
    const short = edited(bytes, (tape) => {
      tape.turns.splice(-1);
    });
    expect(replayOf(short)).toMatchObject({ verdict: 'unknown', doubt: { code: 'tape_gap' } });
  });

  it('a ledger that is another one, empty or damaged', () => {
    const another = edited(bytes, (tape) => {
      tape.header = { ...tape.header, ledger: { records: 2, head: 'ab'.repeat(32) } };
    });
    expect(replayOf(another).doubt?.code).toBe('ledger_of_another_run');
    const empty = replayTape({ tape: memorySource(bytes), ledger: new MemoryDisk() });
    expect(empty.doubt?.code).toBe('ledger_short');
    const ledger = folderSource(ledgerFolder);
    const [file] = ledger.segments();
    if (file === undefined) throw new Error('no segment');
    const spoiled = Buffer.from(ledger.read(file));
    spoiled[300] = (spoiled[300] ?? 0) ^ 1;
    const damaged = replayTape({
      tape: memorySource(bytes),
      ledger: { segments: () => [file], read: () => spoiled },
    });
    expect(damaged.doubt?.code).toBe('ledger_damaged');
  });
});

describe('a run that stands on an earlier one', () => {
  it('replays from the place in the ledger it began at, after a kill as after an end', async () => {
    const place = mkdtempSync(join(tmpdir(), 'holdfast-replay-again-'));
    for (const run of ['1a', '2b', '3c']) {
      const trader = await startTaped(place, run);
      await until(() => trader.isReady(), 'Active');
      trader.propose(randomUUID(), run === '1a' ? RESTS : {});
      await sleep(60);
      await trader.stop();
    }
    const tapes = listTapes(place);
    const found = tapes.map((path) => replayOf(readFileSync(path), join(place, 'ledger')));
    expect(found.map(({ verdict }) => verdict)).toEqual(['equal', 'equal', 'equal']);
    const froms = found.map(({ header }) => header?.ledger.records ?? -1);
    expect(froms[0]).toBe(0);
    expect(froms[2]).toBeGreaterThan(froms[1] ?? 0);
    // What durable records are not on an unfinished tape, are of turns that are missing.
    const [first = ''] = tapes;
    const cut = edited(readFileSync(first), (tape) => {
      const last = tape.turns.findIndex(({ event }) => event.kind === 'intentProposed');
      tape.turns.splice(last);
      tape.end = null;
    });
    expect(replayOf(cut, join(place, 'ledger')).doubt?.code).toBe('tape_short');
    rmSync(place, { recursive: true });
  });
});

describe('a tape that runs full', () => {
  it('is whole up to its gap, says so, and the run goes on', async () => {
    const place = mkdtempSync(join(tmpdir(), 'holdfast-replay-full-'));
    const trader = await startTaped(place, '1a', { maxBytes: 12_000 });
    await until(() => trader.isReady(), 'Active');
    trader.propose(randomUUID());
    await sleep(300);
    expect(trader.mode()).toBe('Active');
    await trader.stop();
    const tape = readFileSync(listTapes(place)[0] ?? '');
    const found = replayOf(tape, join(place, 'ledger'));
    expect(tape.length).toBeLessThan(13_000);
    expect(found).toMatchObject({ verdict: 'unknown', doubt: { code: 'tape_gap' } });
    expect(found.finish).toMatchObject({ gap: { cause: 'max_bytes', turns: found.events } });
    expect(found.finish?.end?.lost).toBeGreaterThan(0);
    expect(found.events).toBeGreaterThan(10);
    rmSync(place, { recursive: true });
  });

  it('NON-TRIP with room, nothing is lost', () => {
    expect(content.gap).toBeNull();
    expect(content.end?.lost).toBe(0);
  });
});
