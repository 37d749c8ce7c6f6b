/**
 * Who else does it, or a part of it: ccxt as its own documentation has it, a socket with nothing on
 * it, and a file with nothing behind it.
 */
import { closeSync, constants, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openWebSocket, type Socket } from '@holdfast/deribit/venue';
import { encodeRequest } from '@holdfast/deribit/protocol';
import { deribit } from 'ccxt';
import type { Credentials } from './order-desk.fixture.ts';

/** An option, and a price that buys nothing there: immediate or cancel, so nothing is left. */
export interface BenchOrder {
  readonly instrument: string;
  readonly amount: number;
  readonly price: number;
}

export interface OrderClient {
  readonly name: string;
  /** Sends it and waits for the answer. */
  send(order: BenchOrder): Promise<void>;
  close(): Promise<void>;
}

/**
 * REST with keep-alive, the only way ccxt places orders at Deribit. Its own throttle is off: it
 * would wait far longer than the order takes.
 */
export async function openCcxt(
  http: string,
  { clientId, clientSecret }: Credentials,
): Promise<OrderClient> {
  const rest = http.replace('/api/v2', '');
  const exchange = new deribit({
    apiKey: clientId,
    secret: clientSecret,
    enableRateLimit: false,
    urls: { api: { rest } },
  });
  await exchange.loadMarkets();
  return {
    name: 'ccxt createOrder',
    async send({ instrument, amount, price }) {
      const { symbol } = exchange.safeMarket(instrument);
      const placed = await exchange.createOrder(symbol, 'limit', 'buy', amount, price, {
        timeInForce: 'IOC',
      });
      if (placed.status !== 'canceled') throw new Error(`ccxt: the order is ${placed.status}`);
    },
    async close() {
      await exchange.close();
    },
  };
}

/** The request as text, and the next message back: the least any client can do. */
export async function openBareSocket(
  url: string,
  { clientId, clientSecret }: Credentials,
): Promise<OrderClient> {
  let opened = (): void => {};
  let heard: (bytes: Uint8Array) => void = () => {};
  let id = 0;
  const ready = new Promise<void>((done) => {
    opened = done;
  });
  const socket: Socket = openWebSocket(url, {
    opened: () => opened(),
    message: (bytes) => heard(bytes),
    closed: () => {},
  });
  const ask = (method: string, params: Readonly<Record<string, unknown>>): Promise<Uint8Array> =>
    new Promise((answer) => {
      heard = answer;
      id += 1;
      socket.send(encodeRequest(id, method, params));
    });
  await ready;
  await ask('public/auth', {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  });
  return {
    name: 'bare WebSocket',
    async send({ instrument: instrument_name, amount, price }) {
      const answer = await ask('private/buy', {
        instrument_name,
        amount,
        price,
        type: 'limit',
        time_in_force: 'immediate_or_cancel',
      });
      if (!Buffer.from(answer).includes('"order_state":"cancelled"')) {
        throw new Error(`bare WebSocket: ${Buffer.from(answer).toString()}`);
      }
    },
    async close() {
      socket.terminate();
      await Promise.resolve();
    },
  };
}

const RECORD_BYTES = 512;

/** One blocking O_DSYNC append to blocks that exist: the least a durable record costs here. */
export function openBareAppend(folder: string, appends: number): OrderClient {
  const path = join(folder, 'bare.tmp');
  const zeros = openSync(path, 'w');
  writeSync(zeros, Buffer.alloc(appends * RECORD_BYTES));
  fsyncSync(zeros);
  closeSync(zeros);
  const file = openSync(path, constants.O_RDWR | constants.O_DSYNC);
  const record = Buffer.alloc(RECORD_BYTES, 0x5a);
  let offset = 0;
  return {
    name: 'bare O_DSYNC append',
    async send() {
      writeSync(file, record, 0, RECORD_BYTES, offset);
      offset += RECORD_BYTES;
      await Promise.resolve();
    },
    async close() {
      closeSync(file);
      await Promise.resolve();
    },
  };
}
