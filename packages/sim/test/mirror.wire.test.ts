/**
 * `holdfast exchange --mirror` as a process that follows another one: what a client that is not
 * ours reads there, and what becomes of it when either process is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseText } from '@holdfast/core/parse';
import { type PaperRun, paperGate, parsePaperRun } from '@holdfast/core/proof';
import { deribit, ExchangeError } from 'ccxt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { developmentKeys } from '../src/server/keys.ts';
import { keyNamed, openClient } from './server.fixture.ts';

const CLI = resolve(import.meta.dirname, '../src/exchange-cli.ts');
const SYMBOL = 'BTC/USD:BTC';
const PERPETUAL = 'BTC-PERPETUAL';
const folder = mkdtempSync(join(tmpdir(), 'holdfast-mirror-'));
const document = join(folder, 'paper-run.json');

interface Venue {
  readonly child: ChildProcess;
  readonly ws: string;
  readonly port: string;
}

const children: ChildProcess[] = [];
let source: Venue;
let mirror: Venue;

async function open(...words: readonly string[]): Promise<Venue> {
  const child = spawn(process.execPath, [CLI, 'exchange', '--json', ...words], { cwd: folder });
  children.push(child);
  child.stderr.pipe(process.stderr);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { ws } = JSON.parse(line) as { ws: string };
  return { child, ws, port: new URL(ws).port };
}

function openSource(port = '0'): Promise<Venue> {
  return open('--market', 'calm', '--seed', '3', '--port', port);
}

async function kill({ child }: Venue): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'close');
}

/** ccxt from npm, unmodified, pointed at a venue by its documented settings. */
function ccxt({ ws }: Venue): deribit {
  const key = keyNamed(developmentKeys(), 'holdfast-trade');
  const rest = ws.replace('ws://', 'http://').replace('/ws/api/v2', '');
  return new deribit({ apiKey: key.clientId, secret: key.clientSecret, urls: { api: { rest } } });
}

function readRun(): PaperRun {
  const parsed = parseText(readFileSync(document, 'utf8'), parsePaperRun);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  return parsed.value;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(100);
  }
}

const bestAsk = async (client: deribit): Promise<number | undefined> =>
  (await client.fetchOrderBook(SYMBOL, 1)).asks[0]?.[0];
const buy = (client: deribit): Promise<unknown> =>
  client.createOrder(SYMBOL, 'limit', 'buy', 10, 90_000, { timeInForce: 'IOC' });

beforeAll(async () => {
  source = await openSource();
  mirror = await open('--mirror', source.ws, '--paper-run', document);
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe('a mirror of a running exchange', () => {
  it('shows a client that is not ours the instruments and the prices of its source', async () => {
    const [there, here] = [ccxt(source), ccxt(mirror)];
    const [theirs, ours] = [await there.fetchMarkets(), await here.fetchMarkets()];
    expect(ours.length).toBeGreaterThan(1_000);
    // Of what settles in USDC what hedges is followed, and all of it where asked for (--currency).
    const hedges = ['BTC_USDC-PERPETUAL', 'ETH_USDC-PERPETUAL'];
    const followed = theirs.filter(
      (each) => each?.settle !== 'USDC' || hedges.includes(String(each.id)),
    );
    const ids = (markets: typeof ours): Set<unknown> => new Set(markets.map((each) => each?.id));
    expect(ids(ours)).toEqual(ids(followed));
    // Both move; at some moment both say the same, which an invented market would not.
    await until('both show the same quotes', async () => {
      const [a, b] = await Promise.all([bestAsk(there), bestAsk(here)]);
      return a !== undefined && a === b;
    });
  });

  it('trades there in an account of its own: the source sees none of it', async () => {
    const [there, here] = [ccxt(source), ccxt(mirror)];
    expect(await buy(here)).toMatchObject({ status: 'closed', filled: 10 });
    expect((await here.fetchPositions([SYMBOL])).length).toBe(1);
    expect(await there.fetchPositions([SYMBOL])).toEqual([]);
  });

  it('knows no market when the source is killed, and knows it again afterwards', async () => {
    const here = ccxt(mirror);
    const client = await openClient(mirror.ws);
    await client.result('public/subscribe', { channels: ['platform_state'] });
    await kill(source);
    await until('the book is empty', async () => (await bestAsk(here)) === undefined);
    await expect(buy(here)).rejects.toBeInstanceOf(ExchangeError);
    await expect(buy(here)).rejects.toThrow('10019');
    expect(client.heard('platform_state')).toContainEqual({ price_index: 'btc_usd', locked: true });
    source = await openSource(source.port);
    await until('it trades again', () =>
      buy(here).then(
        () => true,
        () => false,
      ),
    );
    expect(client.heard('platform_state')).toContainEqual({
      price_index: 'btc_usd',
      locked: false,
    });
    client.socket.close();
    const gaps = (): PaperRun['gaps'] => readRun().gaps.filter(({ scope }) => scope === 'source');
    await until(
      'the end of the gap is on record',
      async () => gaps()[0]?.ended_at !== null && gaps().length > 0,
    );
    expect(gaps()).toMatchObject([{ cause: 'session_lost' }]);
    expect(readRun().gap_ms).toBeGreaterThan(0);
  });

  it('leaves its document whole when it is killed itself: of a run that did not end', async () => {
    await until('what was traded is on record', async () => readRun().fills >= 2);
    await kill(mirror);
    const run = readRun();
    expect(run).toMatchObject({ state: 'running', venue: 'mirror', data: 'synthetic' });
    expect(run.clock_offset_ms.least).not.toBeNull();
    expect(paperGate([run]).blockers[0]).toMatchObject({ code: 'data_synthetic' });
    const client = await openClient(source.ws);
    const book = await client.result('public/get_order_book', { instrument_name: PERPETUAL });
    expect(book).toMatchObject({ instrument_name: PERPETUAL });
    client.socket.close();
  });
});

describe('what may not be followed', () => {
  const refused: readonly (readonly [string, readonly string[]])[] = [
    ['address_with_credential', ['--mirror', 'ws://id:secret@127.0.0.1:9/ws/api/v2']],
    ['host_not_named', ['--mirror', 'wss://www.deribit.com/ws/api/v2']],
    [
      'machine_not_paper',
      ['--mirror', 'wss://www.deribit.com/ws/api/v2', '--source-host', 'www.deribit.com'],
    ],
    ['tape_unreadable', ['--mirror', 'tape:none.jsonl']],
    ['fault_unknown', ['--mirror', 'ws://127.0.0.1:9/ws/api/v2', '--fault', 'boom@1s']],
  ];
  it.each(refused)('%s is exit code 2, before anything is connected', async (rule, words) => {
    const child = spawn(process.execPath, [CLI, 'exchange', ...words], { cwd: folder });
    let err = '';
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString();
    });
    const [code] = (await once(child, 'close')) as [number];
    expect([code, err]).toEqual([2, expect.stringContaining(rule)]);
  });
});
