/** Exit codes of commands beside an engine, by what the engine answers over its socket. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emergency, type EmergencyWord } from '../src/cli/emergency.ts';
import { orders } from '../src/cli/listings.ts';

let run = '';
let answer: object = {};
let server: Server;

beforeEach(async () => {
  run = mkdtempSync(join(tmpdir(), 'holdfast-beside-'));
  server = createServer((_, response) => response.end(JSON.stringify(answer)));
  await new Promise<void>((resolve) => server.listen(join(run, 'control.sock'), resolve));
});
afterEach(() => {
  server.close();
  rmSync(run, { recursive: true });
});

const io = { out: () => undefined, err: () => undefined, cwd: '/', root: '/nowhere' };

describe('P0-D emergency active', () => {
  const said = (result: string, word: EmergencyWord, liftOnly: boolean) => {
    answer = { result, trading_mode: 'ReduceOnly', mode_reasons: [], cause: null };
    return emergency(word, { reason: 'drill', operator: 'x', run, liftOnly, json: true }, io);
  };

  it('is a no while others hold it down, and a yes where lifting was all', async () => {
    expect(await said('BLOCKED', 'active', false)).toBe(1);
    expect(await said('BLOCKED', 'active', true)).toBe(0);
    expect(await said('ACCEPTED', 'active', true)).toBe(0);
  });

  it('is a no where nothing was lifted, whatever was asked', async () => {
    expect(await said('REJECTED', 'active', true)).toBe(1);
    expect(await said('BLOCKED', 'kill', true)).toBe(1);
  });
});

describe('P0-D orders --expect-none', () => {
  const listed = (pending: number, inFlight: number, expectNone: boolean) => {
    const counts = { pending_orders: pending, orders_in_flight: inFlight, working_orders: 1 };
    answer = { ...counts, orders: [] };
    return orders({ run, json: true, pending: true, ...(expectNone ? { expectNone } : {}) }, io);
  };

  it('is a yes where nothing waits and nothing is on its way', async () => {
    expect(await listed(0, 0, true)).toBe(0);
  });

  it('is a no where something waits or is on its way; without it, only told', async () => {
    expect(await listed(1, 0, true)).toBe(1);
    expect(await listed(0, 1, true)).toBe(1);
    expect(await listed(1, 1, false)).toBe(0);
  });
});
