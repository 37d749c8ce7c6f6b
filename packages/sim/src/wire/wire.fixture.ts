/** A network with the real service behind it, and clients that keep what they hear. */
import type { Socket, SocketEnd } from '@holdfast/deribit/venue';
import { currency, E8 } from '@holdfast/core/values';
import { Exchange } from '../exchange/index.ts';
import { createPrng } from '../prng.ts';
import { developmentKeys } from '../server/keys.ts';
import { createNoticeBoard } from '../server/notice-board.ts';
import { ExchangeService } from '../server/service.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { Network } from './network.ts';
import { type NetworkModel, PERFECT_NETWORK } from './network-model.ts';
import { Process } from './process.ts';

const START_MS = 1_000_000;

export interface WireClient {
  readonly process: Process;
  readonly socket: Socket;
  readonly opened: number[];
  /** Texts, and when they were heard, ms since the beginning. */
  readonly heard: { readonly at: number; readonly text: string }[];
  readonly ends: SocketEnd[];
  /** What left the process, lost or not. */
  readonly left: string[];
  readonly say: (method: string, params?: object) => void;
}

export interface WireBench {
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly service: ExchangeService;
  readonly connect: () => WireClient;
  /** Lets time pass; the service looks after its sessions every 100 ms. */
  readonly pass: (ms: number) => void;
  readonly sessions: () => number;
}

export function wireBench(model: Partial<NetworkModel> = {}): WireBench {
  const clock = new VirtualClock(START_MS);
  const notices = createNoticeBoard();
  const deposits = new Map([[currency('BTC'), E8]]);
  const exchange = new Exchange({ deposits, onNotification: notices.post });
  const service = new ExchangeService({
    exchange,
    notices,
    clock,
    keys: developmentKeys(),
    tokenLifetimeS: 900,
    sendBufferBytes: 1_000_000,
  });
  const look = (): void => {
    service.check();
    clock.wake(clock.now() + 100, look);
  };
  clock.wake(clock.now() + 100, look);
  const network = new Network(clock, createPrng('wire'), { ...PERFECT_NETWORK, ...model }, service);
  return {
    clock,
    network,
    service,
    connect: () => connect(clock, network),
    pass: (ms) => clock.runUntil(clock.now() + ms),
    sessions: () => [...service.sessions].length,
  };
}

function connect(clock: VirtualClock, network: Network): WireClient {
  const process = new Process(clock);
  const opened: number[] = [];
  const heard: WireClient['heard'] = [];
  const ends: SocketEnd[] = [];
  const left: string[] = [];
  const since = (): number => clock.now() - START_MS;
  const socket = network.openerFor(process, (text) => left.push(text))('ws://exchange.invalid', {
    opened: () => opened.push(since()),
    message: (bytes) => heard.push({ at: since(), text: Buffer.from(bytes).toString('utf8') }),
    closed: (end) => ends.push(end),
  });
  let id = 0;
  const say = (method: string, params: object = {}): void => {
    id += 1;
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  };
  return { process, socket, opened, heard, ends, left, say };
}
