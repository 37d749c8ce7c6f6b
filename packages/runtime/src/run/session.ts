import { setTimeout as sleep } from 'node:timers/promises';
import type { VenueStanding } from '../report/run-report.ts';
import { frame } from '../view/frame.ts';
import { openScreen, type Terminal } from '../view/screen.ts';
import type { Engine } from './engine.ts';
import { cancelWorking, flatten } from './shutdown.ts';
import { readStanding } from './standing.ts';

const DRAW_EVERY_MS = 200;
const TELL_EVERY_MS = 10_000;

export type EndCause = 'time' | 'interrupt' | 'invariant_violation' | 'exchange_ended';

export interface SessionOptions {
  readonly engine: Engine;
  /** Null: until somebody ends it. */
  readonly forMs: number | null;
  readonly flatten: boolean;
  /** Where the screen is drawn; null: lines are told instead. */
  readonly terminal: Terminal | null;
  readonly tell: (line: string) => void;
  /** Resolves when somebody wants it to end. */
  readonly interrupted: Promise<void>;
  /** Resolves when the exchange we started has ended by itself; null where we started none. */
  readonly exchangeEnded: Promise<unknown> | null;
}

export interface SessionEnd {
  readonly cause: EndCause;
  readonly standing: VenueStanding | null;
  readonly endedAt: number;
  readonly seconds: number;
}

/** Watches a running engine until it is to end, then ends it: cancel, flatten, ask, close. */
export async function runSession(options: SessionOptions): Promise<SessionEnd> {
  const { engine } = options;
  const startedAt = performance.now();
  const display = options.terminal === null ? tellNow(options) : drawNow(options, options.terminal);
  const cause = await endOf(options);
  if (cause !== 'invariant_violation' && cause !== 'exchange_ended') await leave(options);
  const standing = cause === 'exchange_ended' ? null : await readStanding(engine.transport);
  display.close();
  const endedAt = engine.clock.now();
  await engine.stop();
  return { cause, standing, endedAt, seconds: (performance.now() - startedAt) / 1_000 };
}

async function endOf({
  engine,
  forMs,
  interrupted,
  exchangeEnded,
}: SessionOptions): Promise<EndCause> {
  const over = new AbortController();
  const causes: Promise<EndCause>[] = [
    interrupted.then(() => 'interrupt'),
    engine.failed.then(() => 'invariant_violation'),
  ];
  if (exchangeEnded !== null) causes.push(exchangeEnded.then(() => 'exchange_ended'));
  if (forMs !== null) {
    causes.push(
      sleep(forMs, 'time' as const, { signal: over.signal }).catch(() => 'time' as const),
    );
  }
  const cause = await Promise.race(causes);
  over.abort();
  return cause;
}

async function leave({ engine, flatten: wanted, tell }: SessionOptions): Promise<void> {
  engine.runtime.quiesce();
  const left = await cancelWorking(engine.runtime, engine.clock);
  if (left.length > 0) tell(`still working after the cancel: ${left.join(', ')}`);
  if (wanted && !(await flatten(engine.runtime, engine.clock))) {
    tell('not everything could be closed; the report lists what is left');
  }
}

interface Display {
  close(): void;
}

function drawNow({ engine }: SessionOptions, terminal: Terminal): Display {
  const screen = openScreen(terminal);
  const draw = (): void => screen.draw(frame(engine.view(), terminal.columns ?? 100, true));
  const timer = setInterval(draw, DRAW_EVERY_MS);
  draw();
  return {
    close() {
      clearInterval(timer);
      draw();
      screen.close();
    },
  };
}

/** Without a terminal: a line when the mode changes, and one from time to time. */
function tellNow({ engine, tell }: SessionOptions): Display {
  let told = '';
  let toldAt = Number.NEGATIVE_INFINITY;
  const look = (): void => {
    const view = engine.view();
    const standing = [view.mode, ...view.reasons.map(({ code }) => code)].join(' ');
    const now = performance.now();
    if (standing === told && now - toldAt < TELL_EVERY_MS) return;
    told = standing;
    toldAt = now;
    const { totals, positions } = view;
    tell(
      `${new Date(view.now).toISOString().slice(0, 19).replace('T', ' ')}  ${standing}  ` +
        `instruments ${view.listed}  positions ${positions.length}  proposed ${totals.proposed}  ` +
        `refused ${totals.refused}  sent ${totals.sent}  fills ${totals.fills}`,
    );
  };
  const timer = setInterval(look, DRAW_EVERY_MS);
  look();
  return {
    close() {
      clearInterval(timer);
      look();
    },
  };
}
