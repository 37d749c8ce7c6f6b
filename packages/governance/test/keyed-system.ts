/**
 * The local system with keys of its own: the exchange knows two that may trade on one account, the
 * engine is given the file of one of them, and a strategy trades.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINE, EXCHANGE, type LocalSystem } from './local-system.ts';

const SCOPE = 'account:read_write trade:read_write wallet:none block_trade:none';
const READ_SCOPE = 'account:read trade:read wallet:none block_trade:none';
const READER = 'holdfast-read';

export const OLD = 'holdfast-trade';
export const NEXT = 'holdfast-trade-2';

interface Fill {
  readonly trade_id: string;
}

export class KeyedSystem {
  readonly system: LocalSystem;
  readonly #secrets: string;

  constructor(system: LocalSystem) {
    this.system = system;
    this.#secrets = join(system.base, 'secrets');
  }

  /** Exchange and engine anew, by key files; the engine is Active. */
  async open(): Promise<this> {
    const { system } = this;
    mkdirSync(this.#secrets, { mode: 0o700 });
    for (const id of [OLD, NEXT]) this.writeKey(id, secretOf(id));
    this.#writeKeys([]);
    this.#listKeys();
    const runtime = readJson(system.runtime);
    const strategies = ['config/strategies/cheap-option.json'];
    writeFileSync(system.runtime, JSON.stringify({ ...runtime, strategies }, null, 2));
    await system.certify();
    for (const unit of [ENGINE, EXCHANGE]) await system.service('stop', unit);
    this.#patch(EXCHANGE, (argv) => [...argv, '--keys', join(this.#secrets, 'exchange.json')]);
    this.#patch(ENGINE, (argv) => {
      const [at, runAt] = [argv.indexOf('--key'), argv.indexOf('--run') + 1];
      const own = argv.with(runAt, this.run('a'));
      return own.toSpliced(at, 4, '--key-file', this.keyFile(OLD));
    });
    for (const unit of [EXCHANGE, ENGINE]) await system.service('start', unit);
    await system.untilMode('Active');
    return this;
  }

  unitFile(unit: string): string {
    return join(this.system.services, 'units', `${unit}.json`);
  }

  argv(unit: string): readonly string[] {
    return (readJson(this.unitFile(unit)) as { readonly argv: readonly string[] }).argv;
  }

  /** Where the word behind an option of the engine stands. */
  placeOf(option: string): number {
    return this.argv(ENGINE).indexOf(option) + 1;
  }

  keyFile(id: string): string {
    return join(this.#secrets, `${id}.json`);
  }

  writeKey(id: string, secret: string): void {
    const text = JSON.stringify({ client_id: id, client_secret: secret });
    writeFileSync(this.keyFile(id), text, { mode: 0o600 });
  }

  run(name: string): string {
    return join(this.system.base, `run-${name}`);
  }

  /** A person does this at the exchange. */
  async revoke(id: string): Promise<void> {
    this.#writeKeys([id]);
    await this.system.service('reload', EXCHANGE);
  }

  /** What the exchange answers a key. */
  async authentication(id: string): Promise<unknown> {
    const request = { client_id: id, client_secret: secretOf(id) };
    const query = new URLSearchParams({ grant_type: 'client_credentials', ...request });
    const response = await fetch(`${this.#http}/public/auth?${query.toString()}`);
    return ((await response.json()) as { error?: { code: number } }).error?.code ?? 'let in';
  }

  /** Every fill of the account, by its id. */
  async fills(): Promise<ReadonlySet<string>> {
    const found: string[] = [];
    for (const currency of ['BTC', 'ETH']) {
      const query = `get_user_trades_by_currency?currency=${currency}&count=1000`;
      const { trades } = (await this.#ask(query)) as { readonly trades: readonly Fill[] };
      found.push(...trades.map((trade) => trade.trade_id));
    }
    return new Set(found);
  }

  /** What is held, by instrument. */
  async positions(): Promise<Readonly<Record<string, number>>> {
    const all = (await this.#ask('get_positions?currency=any')) as readonly {
      readonly instrument_name: string;
      readonly size: number;
    }[];
    const held = all.filter(({ size }) => size !== 0);
    return Object.fromEntries(held.map((each) => [each.instrument_name, each.size]));
  }

  async #ask(query: string): Promise<unknown> {
    const basic = Buffer.from(`${READER}:${secretOf(READER)}`).toString('base64');
    const headers = { authorization: `Basic ${basic}` };
    const response = await fetch(`${this.#http}/private/${query}`, { headers });
    const body = (await response.json()) as { readonly result?: unknown };
    if (body.result === undefined) throw new Error(`${query}: ${JSON.stringify(body)}`);
    return body.result;
  }

  get #http(): string {
    const argv = this.argv(EXCHANGE);
    return `http://127.0.0.1:${argv[argv.indexOf('--port') + 1]}/api/v2`;
  }

  #writeKeys(revoked: readonly string[]): void {
    const key = (id: string, scope: string) => ({
      client_id: id,
      client_secret: secretOf(id),
      account: 'main',
      scope,
      revoked: revoked.includes(id),
    });
    const keys = [key(OLD, SCOPE), key(NEXT, SCOPE), key(READER, READ_SCOPE)];
    const path = join(this.#secrets, 'exchange.json');
    writeFileSync(path, JSON.stringify({ keys }), { mode: 0o600 });
  }

  /** Whoever made the second key has put it into the matrix. */
  #listKeys(): void {
    const path = join(this.system.root, 'config', 'env-matrix.json');
    const matrix = readJson(path) as {
      readonly built_in_exchange: { readonly keys: readonly { readonly key_id: string }[] };
    };
    const { built_in_exchange: exchange } = matrix;
    const next = { ...exchange.keys.find(({ key_id: id }) => id === OLD), key_id: NEXT };
    const keys = [...exchange.keys, next];
    const whole = { ...matrix, built_in_exchange: { ...exchange, keys } };
    writeFileSync(path, JSON.stringify(whole, null, 2));
  }

  #patch(unit: string, change: (argv: readonly string[]) => readonly string[]): void {
    const document = readJson(this.unitFile(unit)) as { readonly argv: readonly string[] };
    const changed = { ...document, argv: change(document.argv) };
    writeFileSync(this.unitFile(unit), JSON.stringify(changed, null, 2));
  }
}

const secretOf = (id: string): string => `not-to-be-seen-${id}`;

function readJson(path: string): object {
  return JSON.parse(readFileSync(path, 'utf8')) as object;
}
