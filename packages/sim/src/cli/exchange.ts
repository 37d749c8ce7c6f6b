import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { currency, E8 } from '@holdfast/core/values';
import { isLoopbackHost } from '@holdfast/runtime/config';
import type { Clock } from '@holdfast/runtime/ports';
import { LOWEST_TIER, WITHOUT_LIMITS } from '../exchange/credits.ts';
import { Exchange } from '../exchange/exchange.ts';
import type { MarketDrive } from '../market/market-drive.ts';
import { type Market, openMarket } from '../market/open-market.ts';
import type { MirrorDrive } from '../mirror/mirror-drive.ts';
import type { PaperKeeper } from '../mirror/paper-keeper.ts';
import { createExchangeClock } from '../server/exchange-clock.ts';
import { type ApiKey, developmentKeys, parseKeys } from '../server/keys.ts';
import { createNoticeBoard } from '../server/notice-board.ts';
import { type ExchangeReport, reportOf } from '../server/report.ts';
import { type ExchangeServer, startExchangeServer } from '../server/server.ts';
import type { CliIo } from './io.ts';
import {
  bringMarket,
  keepRun,
  MIRROR_NOTES,
  type MirrorArguments,
  type OpenedSource,
  openSource,
} from './mirror.ts';

export interface ExchangeArguments extends Omit<MirrorArguments, 'mirror'> {
  /** Follow another exchange, or a recording, instead of a market of our own. */
  readonly mirror?: string;
  readonly port: number;
  readonly host: string;
  readonly market: string;
  readonly seed: string;
  readonly for?: number;
  readonly keys?: string;
  readonly report?: string;
  readonly json?: boolean;
  /** `--no-credits` makes it false. */
  readonly credits: boolean;
}

/**
 * What every account begins with: what the launch policy's notional needs at its leverage. With
 * much more coin than that, an ordinary move of its price would lose more than a day may.
 */
export const DEPOSITS = new Map([
  [currency('BTC'), 1 * E8],
  [currency('ETH'), 20 * E8],
  [currency('USDC'), 100_000 * E8],
]);

/** Calls back whenever somebody asks for the keys to be read anew. */
export type OnHangup = (act: () => void) => void;

/**
 * `holdfast exchange`: exit 0 when it ran and was ended, 2 when it could not be started.
 * @param ended resolves when somebody wants it to end.
 */
export async function exchange(
  given: ExchangeArguments,
  io: CliIo,
  ended: Promise<void>,
  onHangup: OnHangup = () => undefined,
): Promise<number> {
  const keys = readKeys(given, io);
  const opened = keys === null ? null : openVenue(given, io);
  if (keys === null || opened === null) return 2;
  const running = await open(given, keys, opened, ended);
  if (typeof running === 'string') {
    io.err(`exchange: ${running}`);
    return 2;
  }
  if (given.keys !== undefined) onHangup(() => rereadKeys(running, given, io));
  tellReady(running, keys, given, io);
  await Promise.race([ended, running.over, timeIsUp(given.for)]);
  running.drive.stop();
  await running.server.close();
  running.keeper?.end();
  await running.close();
  const report = reportOf({ ...running, seed: given.seed });
  tellReport(report, given, io);
  return 0;
}

/** A market of our own, or one that is followed. */
interface Venue {
  readonly market: Pick<Market, 'name' | 'data' | 'notes' | 'startAt'>;
  readonly isMirror: boolean;
  readonly clock: Clock;
  /** Quotes a whole market before it answers; a sentence when none can be had. */
  bring(exchange: Exchange, onEnd: () => void, ended: Promise<void>): Promise<MarketDrive | string>;
  keep(exchange: Exchange, drive: MarketDrive, server: ExchangeServer): PaperKeeper | null;
  close(): Promise<void>;
}

function openVenue(given: ExchangeArguments, io: CliIo): Venue | null {
  const { mirror } = given;
  if (mirror === undefined) return ownVenue(given, io);
  const wish = { ...given, mirror };
  const opened = openSource(wish, io);
  return opened === null ? null : mirroredVenue(wish, opened, io);
}

function ownVenue(given: ExchangeArguments, io: CliIo): Venue | null {
  if (given.paperRun !== undefined || given.fault.length > 0) {
    io.err('exchange: --paper-run and --fault are of a mirrored market: give --mirror');
    return null;
  }
  const opened = openMarket(given.market, { seed: given.seed, cwd: io.cwd });
  if (!opened.ok) {
    for (const fault of opened.faults) io.err(`exchange: --market: ${fault}`);
    return null;
  }
  const { market } = opened;
  const clock = createExchangeClock(market.startAt);
  return {
    market,
    isMirror: false,
    clock,
    async bring(engine, onEnd) {
      const drive = market.drive({ clock, exchange: engine, onEnd });
      drive.start();
      return drive;
    },
    keep: () => null,
    close: () => Promise.resolve(),
  };
}

function mirroredVenue(wish: MirrorArguments, opened: OpenedSource, io: CliIo): Venue {
  const { source, data } = opened;
  let brought: MirrorDrive | null = null;
  return {
    market: { name: `mirror:${source.about.place}`, data, notes: MIRROR_NOTES, startAt: null },
    isMirror: true,
    clock: source.clock,
    async bring(engine, onEnd, ended) {
      const drive = await bringMarket(source, engine, ended);
      if (typeof drive === 'string') return drive;
      brought = drive;
      void source.over.then(onEnd);
      return drive;
    },
    keep(engine, _drive, server) {
      return brought === null
        ? null
        : keepRun(wish, opened, { drive: brought, exchange: engine, server }, io);
    },
    close: () => source.close(),
  };
}

interface Running extends Pick<Venue, 'market' | 'clock' | 'close'> {
  readonly server: ExchangeServer;
  readonly exchange: Exchange;
  readonly drive: MarketDrive;
  readonly keeper: PaperKeeper | null;
  readonly accounts: readonly string[];
  /** A recorded market has been played to its end. */
  readonly over: Promise<void>;
}

/** A sentence where the market or the port cannot be had. */
async function open(
  { host, port, credits }: ExchangeArguments,
  keys: readonly ApiKey[],
  venue: Venue,
  ended: Promise<void>,
): Promise<Running | string> {
  const { clock, market, isMirror } = venue;
  const notices = createNoticeBoard();
  const accounts = [...new Set(['main', ...keys.map(({ account }) => account)])];
  const others = accounts.filter((account) => account !== 'main');
  const engine = new Exchange({
    deposits: DEPOSITS,
    accounts: new Map(others.map((account) => [account, DEPOSITS])),
    // A client that paces itself by its account's limits is told the ones that are enforced.
    limits: credits ? LOWEST_TIER : WITHOUT_LIMITS,
    mirror: isMirror,
    onNotification: notices.post,
  });
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  // Quoted before the port is open: the first client finds a whole market.
  const drive = await venue.bring(engine, end, ended);
  if (typeof drive === 'string') return drive;
  const about = { exchange: engine, notices, clock, keys, host, port, creditsEnabled: credits };
  try {
    const server = await startExchangeServer(about);
    const keeper = venue.keep(engine, drive, server);
    const close = (): Promise<void> => venue.close();
    return { server, exchange: engine, drive, clock, market, accounts, keeper, over, close };
  } catch (error) {
    drive.stop();
    await venue.close();
    const why = error instanceof Error ? error.message : String(error);
    return `--host ${host} --port ${port}: ${why}`;
  }
}

function readKeys({ keys: file, host }: ExchangeArguments, io: CliIo): readonly ApiKey[] | null {
  if (file === undefined) {
    if (isLoopbackHost(host)) return developmentKeys();
    io.err(
      `exchange: --host ${host}: the development keys are public; give --keys beyond loopback`,
    );
    return null;
  }
  const path = resolve(io.cwd, file);
  const parsed = parseKeys(readText(path, io) ?? '');
  if (parsed.ok) return parsed.keys;
  for (const fault of parsed.faults) io.err(`exchange: ${path}:${fault}`);
  return null;
}

/** A file that cannot be read leaves the keys as they were, and says so; as does a new account. */
function rereadKeys({ server, accounts }: Running, given: ExchangeArguments, io: CliIo): void {
  const keys = readKeys(given, io);
  const stranger = keys?.find(({ account }) => !accounts.includes(account));
  if (stranger !== undefined) io.err(`exchange: --keys: there is no account ${stranger.account}`);
  if (keys === null || stranger !== undefined) return io.err('exchange: keys stay as they were');
  server.replaceKeys(keys);
  const live = keys.filter(({ revoked }) => !revoked).map(({ clientId }) => clientId);
  io.out(
    given.json === true ? JSON.stringify({ event: 'keys', live }) : `keys      ${live.join(' ')}`,
  );
}

function readText(path: string, io: CliIo): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    io.err(`exchange: --keys: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

async function timeIsUp(forMs: number | undefined): Promise<void> {
  const { promise, resolve: ring } = Promise.withResolvers<void>();
  if (forMs !== undefined) setTimeout(ring, forMs).unref();
  await promise;
}

function tellReady(
  { server, clock, market }: Running,
  keys: readonly ApiKey[],
  { json, keys: file }: ExchangeArguments,
  io: CliIo,
): void {
  const { name, data, notes, startAt } = market;
  const isOfFile = file !== undefined;
  if (json === true) {
    const ready = {
      event: 'ready',
      ws: server.wsUrl,
      http: server.httpUrl,
      now: clock.now(),
      market: { name, data, notes, start_at: startAt },
      keys: keys.map(({ clientId, clientSecret, account, scope }) => ({
        client_id: clientId,
        // Who gave a file has it; what is printed is kept by others.
        ...(isOfFile ? {} : { client_secret: clientSecret }),
        account,
        scope,
      })),
    };
    io.out(JSON.stringify(ready));
    return;
  }
  io.out(`exchange  ${server.wsUrl}`);
  io.out(`          ${server.httpUrl}`);
  io.out(`market    ${name} (${data}), exchange time ${new Date(clock.now()).toISOString()}`);
  for (const note of notes) io.out(`          ${note}`);
  for (const { clientId, account, scope, revoked } of keys) {
    io.out(`key       ${clientId}  account ${account}  ${revoked ? 'revoked' : scope}`);
  }
}

function tellReport(report: ExchangeReport, given: ExchangeArguments, io: CliIo): void {
  if (given.report !== undefined) {
    const path = resolve(io.cwd, given.report);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (given.json === true) {
    io.out(JSON.stringify(report));
    return;
  }
  io.out(
    `orders    ${report.orders_accepted} of ${report.orders_received} accepted, ` +
      `${report.fills} fills, ${report.illegal_order_attempts} illegal attempts, ` +
      `${report.duplicate_dispatch_count} duplicates`,
  );
  io.out(
    `sessions  ${report.connections} connections, ${report.requests} requests, ` +
      `${report.cancelled_on_disconnect} orders cancelled on disconnect`,
  );
}
