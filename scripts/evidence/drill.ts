/**
 * The break-glass drill: a person's commands, typed by a program, against a real engine that trades
 * on the built-in exchange over a real socket. Every figure is measured; a step that does not
 * answer ends the drill and nothing of it is recorded.
 */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  complaintOf,
  documentOf,
  type Exchange,
  holdfast,
  type Said,
  startHoldfast,
} from './commands.ts';
import type { DrillEvent, DrillPhase, DrillRecord } from './drill-record.ts';
import { readRunLog } from './run-log.ts';
import type { ScenarioRun } from './scenarios.ts';

/** How long an engine may take to be Active with something at stake. */
const READY_MS = 90_000;
/** How long is looked for an order that opens risk after the kill. */
const OBSERVE_MS = 30_000;
const END_MS = 60_000;
const REDUCE_ROUNDS_MAX = 3;
const LOOK_EVERY_MS = 500;
const OPERATOR = 'drill';

export interface DrillOutcome {
  readonly record: DrillRecord;
  /** What health and status said while all was well. */
  readonly health: Said;
  readonly status: Said;
}

interface DrillPlace {
  readonly root: string;
  /** A folder that is not there yet. */
  readonly run: string;
  readonly exchange: Exchange;
  readonly buildId: string;
  readonly scenarios: ScenarioRun;
  /** Counted from 1; earlier ones got no further than the waiting. */
  readonly attempt: number;
}

type Document = Readonly<Record<string, unknown>>;

/** The record, or the sentence that says which step did not answer. */
export async function runDrill(place: DrillPlace): Promise<DrillOutcome | string> {
  const drill = new Drill(place);
  try {
    return await drill.whole();
  } catch (error) {
    return error instanceof Stuck ? error.sentence : String(error);
  } finally {
    await drill.end();
  }
}

/** A step that did not go as the runbook says. */
class Stuck {
  readonly sentence: string;
  constructor(sentence: string) {
    this.sentence = sentence;
  }
}

class Drill {
  readonly #place: DrillPlace;
  readonly #events: DrillEvent[] = [];
  #engine: ChildProcess | null = null;

  constructor(place: DrillPlace) {
    this.#place = place;
  }

  async whole(): Promise<DrillOutcome> {
    const started = Date.now();
    await this.#must(['certify']);
    this.#startEngine();
    const { health, status, positions } = await this.#untilTrading();
    this.#note('trigger', 'unwanted_orders_declared', {
      text: 'the orders of the strategy are declared unwanted; it is left running throughout',
    });
    const kill = await this.#kill('drill: orders nobody wants', 'kill_engaged');
    const after = await this.#postKillChecks();
    await sleep(OBSERVE_MS);
    const reduceAt = await this.#reduceOnly();
    const report = await this.#reduceToNothing();
    const restored = await this.#restore();
    const counts = await this.#place.exchange.stop();
    const log = readRunLog(this.#place.run);
    const { scenarios } = this.#place;
    const found = {
      kill_time_ms: kill.engaged - kill.commanded,
      kill_answered_ms: kill.answered - kill.commanded,
      observed_ms: reduceAt - kill.engaged,
      opens_before_kill: log.opensSent(started, kill.engaged),
      orders_escaped: log.opensSent(kill.engaged, Number.POSITIVE_INFINITY),
      opens_refused_in_scenarios: scenarios.refused,
      scenarios_passed: scenarios.passed,
      opens_refused_after_kill: log.opensRefused(kill.engaged, Number.POSITIVE_INFINITY),
      pending_after_kill: after.pending,
      in_flight_after_kill: after.inFlight,
      positions_before_reduction: positions,
      reductions_sent: log.reductionsSent(reduceAt, Number.POSITIVE_INFINITY),
      positions_after_reduction: listIn(report, 'open_positions').length,
      mode_after_restart: restored.found,
      mode_restored: restored.mode,
      positions_equal_venue: report['positions_equal_venue'] === true,
      orders_left_open: numberIn(report, 'orders_left_open'),
      ledger_verified: report['ledger_verified'] === true,
      duplicate_dispatch_count: numberIn(counts ?? {}, 'duplicate_dispatch_count'),
      illegal_order_attempts: numberIn(counts ?? {}, 'illegal_order_attempts'),
    };
    this.#note('reconcile', 'reconciled', {
      local_positions: found.positions_after_reduction,
      equal_to_exchange: found.positions_equal_venue,
      orders_left_open: found.orders_left_open,
    });
    const record: DrillRecord = {
      env: 'DEV',
      attempt: this.#place.attempt,
      operator: 'scripts/evidence.ts, through the command line',
      scenario: 'unwanted opening of positions, stopped by the operator',
      started,
      ended: Date.now(),
      build_id: this.#place.buildId,
      node: process.version,
      events: this.#events,
      found,
    };
    return { record, health, status };
  }

  /** Never leaves a process of ours behind. */
  async end(): Promise<void> {
    if (this.#engine !== null) await this.#stopEngine();
  }

  #note(phase: DrillPhase, event: string, fields: DrillEvent['fields'], at = Date.now()): void {
    this.#events.push({ at, phase, event, fields });
  }

  async #must(words: readonly string[]): Promise<Said> {
    const said = await holdfast(this.#place.root, words);
    if (said.code !== 0) throw new Stuck(complaintOf(said));
    return said;
  }

  /** A command beside the engine, with its JSON. */
  async #ask(words: readonly string[]): Promise<{ said: Said; document: Document }> {
    const said = await holdfast(this.#place.root, [...words, '--run', this.#place.run, '--json']);
    const document = documentOf(said);
    if (said.code !== 0 || document === null) throw new Stuck(complaintOf(said));
    return { said, document };
  }

  #startEngine(): void {
    const { root, run, exchange } = this.#place;
    const secret = exchange.keys.get('holdfast-trade');
    if (secret === undefined) throw new Stuck('the exchange named no key to trade with');
    const key = ['--key', 'holdfast-trade', '--secret', secret];
    const words = ['run', '--url', exchange.ws, ...key, '--run', run, '--no-view', '--flatten'];
    this.#engine = startHoldfast(root, words);
    // Nobody reads them: they are in the run folder too.
    this.#engine.stdout?.resume();
    this.#engine.stderr?.resume();
  }

  async #stopEngine(): Promise<void> {
    const engine = this.#engine;
    this.#engine = null;
    if (engine === null || engine.exitCode !== null) return;
    const ended = new Promise<void>((done) => engine.once('exit', () => done()));
    engine.kill('SIGTERM');
    await Promise.race([ended, sleep(END_MS, undefined, { ref: false })]);
    engine.kill('SIGKILL');
  }

  async #untilTrading(): Promise<{ health: Said; status: Said; positions: number }> {
    const deadline = Date.now() + READY_MS;
    let last = 'it never answered';
    while (Date.now() < deadline) {
      const said = await holdfast(this.#place.root, this.#beside('status'));
      const mode = documentOf(said)?.['trading_mode'];
      const held = mode === 'ACTIVE' ? await this.#positions() : 0;
      if (held > 0) {
        const { said: health } = await this.#ask(['health']);
        this.#note('pre_drill', 'state', { trading_mode: 'ACTIVE', positions: held });
        return { health, status: said, positions: held };
      }
      last = typeof mode === 'string' ? `mode ${mode}, ${held} positions` : complaintOf(said);
      await sleep(LOOK_EVERY_MS);
    }
    throw new Stuck(`the engine held no position in Active within ${READY_MS / 1_000} s: ${last}`);
  }

  #beside(...words: readonly string[]): readonly string[] {
    return [...words, '--run', this.#place.run, '--json'];
  }

  async #positions(): Promise<number> {
    const { document } = await this.#ask(['positions']);
    return listIn(document, 'positions').length;
  }

  async #kill(
    reason: string,
    phase: 'kill_engaged' | 'kill_restored',
  ): Promise<{ commanded: number; engaged: number; answered: number }> {
    const words = ['emergency', 'kill', '--reason', reason, '--operator', OPERATOR];
    const commanded = Date.now();
    const fields = { received: 'kill', reason, operator: OPERATOR };
    this.#note('operator_command', 'command', fields, commanded);
    const { said, document } = await this.#ask(words);
    const engaged = numberIn(document, 'ts_ms');
    this.#note(
      phase,
      'kill_engaged',
      {
        result: String(document['result']),
        from: String(document['from']),
        trading_mode: String(document['trading_mode']),
        reason,
        operator: OPERATOR,
      },
      engaged,
    );
    return { commanded, engaged, answered: said.ended };
  }

  async #postKillChecks(): Promise<{ pending: number; inFlight: number }> {
    const { document: status } = await this.#ask(['status', '--detailed']);
    const { document: orders } = await this.#ask(['orders', '--pending']);
    const pending = numberIn(orders, 'pending_orders');
    const inFlight = numberIn(status, 'orders_in_flight');
    if (status['trading_mode'] !== 'KILL' || status['is_trading_allowed'] !== false) {
      throw new Stuck(`after the kill the mode is ${String(status['trading_mode'])}`);
    }
    this.#note('post_kill_checks', 'checked', {
      trading_mode: 'KILL',
      is_trading_allowed: false,
      queued: pending,
      orders_in_flight: inFlight,
    });
    return { pending, inFlight };
  }

  async #reduceOnly(): Promise<number> {
    const reason = 'drill: get out of risk';
    const words = ['emergency', 'reduce-only', '--reason', reason, '--operator', OPERATOR];
    const { document } = await this.#ask(words);
    const at = numberIn(document, 'ts_ms');
    const { document: status } = await this.#ask(['status']);
    if (status['trading_mode'] !== 'REDUCE_ONLY') {
      throw new Stuck(`after reduce-only the mode is ${String(status['trading_mode'])}`);
    }
    const fields = { from: String(document['from']), to: 'REDUCE_ONLY', reason };
    this.#note('reduce_only', 'MODE_TRANSITION', fields, at);
    return at;
  }

  /**
   * The engine was started with --flatten: ending it closes what is held, in REDUCE_ONLY. Where the
   * book offered nothing to close at, it is started and ended once more, a bounded number of times.
   */
  async #reduceToNothing(): Promise<Document> {
    let report = await this.#endAndFlatten();
    for (let left = REDUCE_ROUNDS_MAX - 1; left > 0; left -= 1) {
      if (listIn(report, 'open_positions').length === 0) break;
      await this.#startAgain('reduce_only');
      report = await this.#endAndFlatten();
    }
    return report;
  }

  async #endAndFlatten(): Promise<Document> {
    await this.#stopEngine();
    const path = join(this.#place.run, 'report.json');
    const report = JSON.parse(readFileSync(path, 'utf8')) as Document;
    const left = listIn(report, 'open_positions').length;
    const result = left === 0 ? 'ACCEPTED' : 'INCOMPLETE';
    this.#note('reduce_only', 'closed', { result, open_positions: left });
    return report;
  }

  /** On the same folder; @returns the mode it comes up in, once it has reconciled. */
  async #startAgain(phase: DrillPhase): Promise<string> {
    this.#startEngine();
    const deadline = Date.now() + READY_MS;
    while (Date.now() < deadline) {
      const said = await holdfast(this.#place.root, this.#beside('status'));
      const document = documentOf(said);
      const mode = document?.['trading_mode'];
      const reasons = JSON.stringify(document?.['mode_reasons'] ?? []);
      if (said.code === 0 && typeof mode === 'string' && !reasons.includes('LATCHED')) {
        this.#note(phase, 'restarted', { trading_mode: mode });
        return mode;
      }
      await sleep(LOOK_EVERY_MS);
    }
    throw new Stuck('the engine did not reconcile after its restart');
  }

  /** Started again on the same folder: the stop is still there, and the kill goes back on. */
  async #restore(): Promise<{ found: string; mode: string }> {
    const found = await this.#startAgain('kill_restored');
    await this.#kill('drill: back to KILL', 'kill_restored');
    const { document } = await this.#ask(['status']);
    await this.#stopEngine();
    return { found, mode: String(document['trading_mode']) };
  }
}

/** A figure that is not there proves nothing: it fails every rule it is held against. */
function numberIn(document: Document, key: string): number {
  const value = document[key];
  return typeof value === 'number' ? value : Number.NaN;
}

function listIn(document: Document, key: string): readonly unknown[] {
  const value = document[key];
  if (Array.isArray(value)) return value;
  throw new Stuck(`an answer without ${key}`);
}
