/**
 * How long a restart takes that finds ten thousand working orders in its ledger: half of them rest
 * at the exchange, half it has never heard of. From opening the ledger to the record that says
 * ledger and venue are equal, the settle time included; over the wire, on the disk.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { E8, instrumentName, priceE8, wallMs } from '@holdfast/core/values';
import { encodeRequest } from '@holdfast/deribit/protocol';
import { openWebSocket, type Socket } from '@holdfast/deribit/venue';
import { createClock } from '../src/clock.ts';
import { openFileLedger } from '../src/ledger/index.ts';
import { createRunFolder } from '../src/run/folder.ts';
import { sampleIntent, sampleSending } from '../test/sample-records.ts';
import { type Credentials, openEngine, openExchange } from './order-desk.fixture.ts';

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string | null;
  readonly pass: boolean;
}

const OPEN_RECORDS = 10_000;
/** Every second one rests at the exchange. */
const RESTING_EVERY = 2;
const TARGET_MS = 3_000;
const GIVE_UP_MS = 60_000;
/** The least a price may be: nobody sells there, so the order rests. */
const LOW_PRICE = 0.0001;

export async function run(): Promise<BenchResult[]> {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-restart-'));
  const { exchange, credentials } = await openExchange();
  try {
    const instrument = await chooseOption(exchange.ready.http);
    const orders = ordersIn(instrument);
    await rest(exchange.ready.ws, credentials, orders);
    await writeLedger(createRunFolder(join(root, 'run')).ledger, orders);
    const times = await restart(root, exchange.ready.ws, credentials);
    return [
      figure('restart with 10,000 open records to reconciled', times.reconciled, TARGET_MS),
      figure('of it, until the venue was first asked', times.asked, null),
      figure('of it, from the question to the answer', times.answered - times.asked, null),
      figure('of it, from the answer to the record', times.reconciled - times.answered, null),
    ];
  } finally {
    await exchange.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

function figure(name: string, value: number, targetMs: number | null): BenchResult {
  const target = targetMs === null ? null : `<= ${targetMs.toLocaleString('en')}`;
  return { name, value, unit: 'ms', target, pass: targetMs === null || value <= targetMs };
}

type Intent = ReturnType<typeof sampleIntent>;

function ordersIn(instrument: string): readonly Intent[] {
  const at = wallMs(Date.now());
  return Array.from({ length: OPEN_RECORDS }, (_, n) => {
    const sample = sampleIntent(n);
    const terms = {
      ...sample.terms,
      instrument: instrumentName(instrument),
      limitPriceE8: priceE8(LOW_PRICE * E8),
      timeInForce: 'good_til_cancelled' as const,
    };
    return { ...sample, at, terms };
  });
}

/** A call nobody sells for the least price there is. */
async function chooseOption(http: string): Promise<string> {
  const url = `${http}/public/get_book_summary_by_currency?currency=BTC&kind=option`;
  const answer = (await (await fetch(url)).json()) as {
    result: readonly { instrument_name: string; bid_price: number | null }[];
  };
  const dear = answer.result.find(({ bid_price: bid }) => bid !== null && bid > 100 * LOW_PRICE);
  if (dear === undefined) throw new Error('no option is dear enough');
  return dear.instrument_name;
}

async function rest(
  url: string,
  { clientId, clientSecret }: Credentials,
  orders: readonly Intent[],
): Promise<void> {
  let heard: (bytes: Uint8Array) => void = () => {};
  let id = 0;
  const socket = await new Promise<Socket>((done) => {
    const opening: Socket = openWebSocket(url, {
      opened: () => done(opening),
      message: (bytes) => heard(bytes),
      closed: () => {},
    });
  });
  const ask = async (method: string, params: Readonly<Record<string, unknown>>): Promise<void> => {
    const answer = new Promise<Uint8Array>((done) => {
      heard = done;
    });
    id += 1;
    socket.send(encodeRequest(id, method, params));
    const text = Buffer.from(await answer).toString('utf8');
    if (!text.includes('"result"')) throw new Error(`${method}: ${text}`);
  };
  const secret = { client_id: clientId, client_secret: clientSecret };
  await ask('public/auth', { grant_type: 'client_credentials', ...secret });
  for (const [n, { terms }] of orders.entries()) {
    if (n % RESTING_EVERY !== 0) continue;
    await ask('private/buy', {
      instrument_name: terms.instrument,
      amount: terms.amountE8 / E8,
      type: 'limit',
      price: terms.limitPriceE8 / E8,
      label: terms.label,
    });
  }
  socket.terminate();
}

/** As the process before left it: every intent, marked as on its way, and no word of any since. */
async function writeLedger(folder: string, orders: readonly Intent[]): Promise<void> {
  const { ledger } = await openFileLedger({
    folder,
    post: (event) => {
      if (event.kind === 'appendRefused') throw new Error(event.cause);
    },
    clock: createClock(),
    runId: 'before',
    queueCapacity: 4 * OPEN_RECORDS,
    commitDeadlineMs: GIVE_UP_MS,
    onRecord: () => undefined,
  });
  for (const [n, intent] of orders.entries()) {
    const { label } = intent.terms;
    const sending: LedgerRecord = { ...sampleSending(n), at: intent.at, label };
    ledger.append([intent, sending]);
  }
  await ledger.close();
}

/** Milliseconds from opening the ledger. */
interface Times {
  asked: number;
  answered: number;
  reconciled: number;
}

async function restart(root: string, endpoint: string, secret: Credentials): Promise<Times> {
  const times: Times = { asked: Number.NaN, answered: Number.NaN, reconciled: Number.NaN };
  let done = (): void => {};
  const reconciled = new Promise<void>((resolve) => {
    done = resolve;
  });
  const from = performance.now();
  const passed = (): number => performance.now() - from;
  const engine = await openEngine(root, endpoint, secret, {
    onEffect: (effect) => {
      if (effect.kind !== 'fetch' || effect.what !== 'reconciliation') return;
      if (Number.isNaN(times.asked)) times.asked = passed();
    },
    onEvent: (event) => {
      if (event.kind === 'venueSnapshotObserved') times.answered = passed();
      if (event.kind !== 'recorded') return;
      if (!event.records.some(({ type }) => type === 'latchCleared')) return;
      times.reconciled = passed();
      done();
    },
  });
  await Promise.race([reconciled, sleep(GIVE_UP_MS, undefined, { ref: false })]);
  await engine.stop();
  return times;
}
