import { chmodSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { acknowledgeCash, parseAcknowledgement } from './accounting.ts';
import { attestPresence, endPresence, parseHanded, resetLoss, type Trust } from './attested.ts';
import { createApp, refusePlainly } from '../http/app.ts';
import { command, EMERGENCY_COMMANDS, parseEmergency } from './command.ts';
import type { Engine } from './engine.ts';
import { listOrders, listPositions } from './listing.ts';
import { assertPrivate, socketName } from './socket-path.ts';

export interface ControlSources extends Engine {
  /** The same document as `/api/v1/status`. */
  status(): object;
  health(): object;
  readonly trust: Trust;
}

export interface ControlOptions {
  /** The socket; its folder must be its owner's alone. */
  readonly path: string;
  readonly sources: ControlSources;
}

export interface Control {
  readonly path: string;
  close(): Promise<void>;
}

/** A socket that does not answer a connect at once has nobody behind it. */
const PROBE_TIMEOUT_MS = 1_000;
/** A document, its envelope with some signatures, and base64 of both. */
const SIGNED_BYTES_MAX = 16_384;

/**
 * The door for those who may enter the run folder: the only way to command a running engine, and
 * closed to the network. What a dead process left is replaced; a live one is never pushed aside.
 * Rejects when the path cannot be taken.
 */
export async function startControl({ path, sources }: ControlOptions): Promise<Control> {
  assertPrivate(dirname(path));
  if (await isAnswered(path)) throw new Error(`${path}: another engine answers here`);
  rmSync(path, { force: true });
  const app = createApp(['GET', 'POST']);
  refusePlainly(app);
  app.get('/status', () => sources.status());
  app.get('/health', () => sources.health());
  app.get('/orders', () => listOrders(sources.state));
  app.get('/positions', () => listPositions(sources.state));
  for (const word of EMERGENCY_COMMANDS) {
    app.post(`/api/v1/emergency/${word}`, async (request, reply) => {
      const order = parseEmergency(request.body);
      if (order.ok) return command(sources, word, order.value);
      const [{ path: place, rule, message }] = order.violations;
      return reply.code(400).send({ error: 'bad_request', place, rule, message });
    });
  }
  addAttested(app, sources);
  addAccounting(app, sources);
  const { name, release } = socketName(path);
  try {
    await app.listen({ path: name });
    chmodSync(path, 0o600);
  } catch (error) {
    await app.close();
    release();
    const why = error instanceof Error ? error.message : 'unknown';
    throw new Error(`${path} cannot be served: ${why}`, { cause: error });
  }
  return {
    path,
    async close() {
      await app.close();
      release();
      rmSync(path, { force: true });
    },
  };
}

/** What comes with a signature, and the word that takes a presence back. */
function addAttested(app: FastifyInstance, sources: ControlSources): void {
  const { trust } = sources;
  for (const [path, take] of [
    ['/api/v1/presence', attestPresence],
    ['/api/v1/limits/reset', resetLoss],
  ] as const) {
    app.post(path, { bodyLimit: SIGNED_BYTES_MAX }, async (request, reply) => {
      const handed = parseHanded(request.body);
      if (handed.ok) return take(sources, trust, handed.value);
      const [{ path: place, rule, message }] = handed.violations;
      return reply.code(400).send({ error: 'bad_request', place, rule, message });
    });
  }
  app.post('/api/v1/presence/end', async (request, reply) => {
    const order = parseEmergency(request.body);
    if (order.ok) return endPresence(sources, order.value.operator);
    const [{ path: place, rule, message }] = order.violations;
    return reply.code(400).send({ error: 'bad_request', place, rule, message });
  });
}

/** A person's word about a row of the venue's account. */
function addAccounting(app: FastifyInstance, sources: ControlSources): void {
  app.post('/api/v1/accounting/acknowledge', async (request, reply) => {
    const said = parseAcknowledgement(request.body);
    if (said.ok) return acknowledgeCash(sources, said.value);
    const [{ path: place, rule, message }] = said.violations;
    return reply.code(400).send({ error: 'bad_request', place, rule, message });
  });
}

function isAnswered(path: string): Promise<boolean> {
  const { name, release } = socketName(path);
  return new Promise((resolve) => {
    const socket = connect(name);
    const end = (answered: boolean): void => {
      socket.destroy();
      release();
      resolve(answered);
    };
    // Connected, or too busy to accept: somebody holds it.
    socket.setTimeout(PROBE_TIMEOUT_MS, () => end(true));
    socket.once('connect', () => end(true));
    socket.once('error', (error) => end('code' in error && error.code === 'EAGAIN'));
  });
}
