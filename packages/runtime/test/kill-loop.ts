/** One kill of an engine after another, each followed by the next one on what it left behind. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { VenueReport } from '../src/report/venue-report.ts';
import type { Life, WireBench } from './wire-bench.ts';
import { isOfAStart, isPoint } from './wire-points.ts';
import type { VenueView } from './wire-venue.ts';

export const LIFE_MS_MAX = 30_000;
export const WHILE_TRADING = 'while it trades';
export const ANY_MOMENT = 'at any moment';
/** Twenty kills: every point once, and what a point leaves behind is met by one of a start. */
export const ENDS = [
  'admitted',
  WHILE_TRADING,
  'handed to the ledger',
  WHILE_TRADING,
  'durable',
  ANY_MOMENT,
  'about to be sent',
  'reconciling',
  WHILE_TRADING,
  'sent',
  'put right',
  WHILE_TRADING,
  'answered',
  ANY_MOMENT,
  'at the exchange',
  'a fill is heard',
  WHILE_TRADING,
  'a cancel left',
  WHILE_TRADING,
  ANY_MOMENT,
] as const;
/** How long an order may outlive the connection it was made on. */
const DISCONNECT_MS = 3_000;

export interface Round {
  readonly end: string;
  readonly life: Life;
  /** Open at the exchange when the process was gone, and how long until none was. */
  readonly resting: number;
  readonly cancelMs: number;
}

/** What the exchange process counted, beyond what every run reads of it. */
export interface Counted extends VenueReport {
  readonly orders_received: number;
  readonly orders_accepted: number;
  readonly fills: number;
  readonly cancelled_on_disconnect: number;
  readonly sessions_ended: Readonly<Record<string, number>>;
}

/** @param turn counted from 0; it says where the process dies, and where its strategy begins. */
export async function killOnce(
  bench: WireBench,
  turn: number,
  random: () => number,
): Promise<Round> {
  const end = ENDS[turn % ENDS.length] ?? ANY_MOMENT;
  const kill = (child: ChildProcess, ms: number): void => {
    setTimeout(() => child.kill('SIGKILL'), ms);
  };
  let isTrading = false;
  const life = await bench.live({
    end,
    turn,
    nth: isPoint(end) && isOfAStart(end) ? 1 : 1 + Math.floor(random() * 4),
    onStart(child) {
      if (end === ANY_MOMENT) kill(child, random() * 3_500);
    },
    onLine(line, child) {
      if (end !== WHILE_TRADING || isTrading || !('sent' in line)) return;
      isTrading = true;
      kill(child, random() * 1_200);
    },
  });
  if (life.signal !== 'SIGKILL') throw new Error(`not killed ${end}: ${life.errors}`);
  return { end, life, ...(await afterDisconnect(bench.venue)) };
}

/** Nothing of ours rests at the exchange when we are gone (D-18). */
async function afterDisconnect(venue: VenueView): Promise<Pick<Round, 'resting' | 'cancelMs'>> {
  const began = performance.now();
  const resting = (await venue.openOrders()).length;
  let cancelMs = 0;
  for (let left = resting; left > 0; left = (await venue.openOrders()).length) {
    cancelMs = performance.now() - began;
    if (cancelMs > DISCONNECT_MS) throw new Error(`${left} orders outlive their connection`);
    await sleep(50);
  }
  return { resting, cancelMs };
}
