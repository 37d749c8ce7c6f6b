/**
 * An exchange process, and an engine on it as `holdfast start` puts it together, under the launch
 * policy with other rates: the shipped ones would refuse the second order of a bench.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Effect, Event } from '@holdfast/core';
import { createClock } from '../src/clock.ts';
import { loadConfiguration } from '../src/config/index.ts';
import { certifyForDevelopment, readBuildIdentity } from '../src/proof/index.ts';
import { type Engine, startEngine } from '../src/run/engine.ts';
import { type ExchangeProcess, startExchangeProcess } from '../src/run/exchange-process.ts';
import { createRunFolder } from '../src/run/folder.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const RATES = {
  max_orders_per_second: 1_000,
  max_orders_per_minute: 10_000,
  min_order_interval_ms: 1,
};

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The whole calm market; never a refusal for rate, and the account is told so. */
export async function openExchange(): Promise<{
  readonly exchange: ExchangeProcess;
  readonly credentials: Credentials;
}> {
  const words = ['--market', 'calm', '--port', '0', '--no-credits'];
  const begun = await startExchangeProcess(ROOT, words);
  if (!begun.ok) throw new Error(begun.detail);
  const { exchange } = begun;
  const key = exchange.ready.keys.find(({ scope }) => scope.includes('trade:read_write'));
  if (key === undefined) throw new Error('the exchange names no key to trade with');
  const credentials = { clientId: key.client_id, clientSecret: key.client_secret };
  return { exchange, credentials };
}

export interface Hooks {
  readonly onEvent: (event: Event) => void;
  readonly onEffect: (effect: Effect) => void;
}

/**
 * @param root an empty folder: it gets configuration, build identity and certificate of its own, so
 *   that nothing that happens to the checkout meanwhile takes OPEN away.
 */
export async function openEngine(
  root: string,
  endpoint: string,
  credentials: Credentials,
  { onEvent, onEffect }: Hooks,
  http: 'none' | 'open' = 'none',
): Promise<Engine> {
  const prepared = layOut(root, http);
  const started = await startEngine({
    root,
    env: {},
    folder: createRunFolder(join(root, 'run')),
    ...prepared,
    endpoint,
    credentials,
    clock: createClock(),
    strategies: [],
    linked: [],
    onEvent,
    onEffect,
  });
  if (!started.ok) throw new Error(JSON.stringify(started.trouble));
  return started.engine;
}

function layOut(root: string, http: 'none' | 'open') {
  mkdirSync(join(root, 'config/runtime'), { recursive: true });
  const policyPath = join(root, 'config/policy.json');
  const runtimePath = join(root, 'config/runtime/dev.json');
  const policy = readJson('config/policy.json');
  const limits = { ...(policy['risk_limits'] as object), ...RATES };
  const text = JSON.stringify({ ...policy, risk_limits: limits }, null, 2);
  writeFileSync(policyPath, text);
  const dev = readJson('config/runtime/dev.json');
  const runtime = http === 'open' ? dev : { ...dev, http };
  writeFileSync(runtimePath, JSON.stringify(runtime, null, 2));
  const digest = createHash('sha256').update(text).digest('hex');
  const info = {
    build_id: createHash('sha1').update(root).digest('hex'),
    files: [{ path: 'config/policy.json', content: `file ${digest}` }],
  };
  writeFileSync(join(root, 'build-info.json'), JSON.stringify(info));
  const loaded = loadConfiguration({ policyPath, runtimePath, env: {}, root, now: 0 });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.violations));
  const { runtimeConfigHash, policyHash } = loaded.value;
  const certified = certifyForDevelopment({ root, runtimeConfigHash, policyHash, now: Date.now() });
  if (!certified.ok) throw new Error(`${certified.code}: ${certified.detail}`);
  const build = readBuildIdentity(root);
  if (!build.ok) throw new Error(`${build.code}: ${build.detail}`);
  const { certificatePath } = certified;
  const paths = { policyPath, runtimePath, certificatePath };
  return { configuration: loaded.value, ...paths, buildId: build.buildId };
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Record<string, unknown>;
}
