import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHEAP_OPTION_PARAMETERS, parseCheapOption } from './cheap-option-parameters.ts';
import { createStrategies } from './create.ts';
import { parseStrangle, STRANGLE_PARAMETERS } from './strangle-parameters.ts';
import { parseVertical, VERTICAL_PARAMETERS } from './vertical-parameters.ts';

const FILE = join(import.meta.dirname, '../../../config/strategies/cheap-option.json');

interface Document {
  strategy: unknown;
  version: unknown;
  parameters: Record<string, unknown>;
}

const shipped = (): Document => JSON.parse(readFileSync(FILE, 'utf8')) as Document;

function faultsOf(...values: readonly unknown[]): readonly string[] {
  const documents = values.map((value, index) => ({ place: `${index}.json`, value }));
  const created = createStrategies(documents);
  return created.ok ? [] : created.faults.map(({ place, path, rule }) => `${place}${path} ${rule}`);
}

/** The shipped document with one parameter changed; `undefined` takes it out. */
function changed(path: string, value: unknown): Document {
  const document = shipped();
  const keys = path.split('/');
  const last = keys.pop() ?? '';
  let at: Record<string, unknown> = document.parameters;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return document;
}

describe('parameter documents', () => {
  it('the shipped one says exactly what the strategy does without one', () => {
    const { version, parameters } = shipped();
    expect(parseCheapOption(String(version), parameters)).toEqual({
      ok: true,
      value: CHEAP_OPTION_PARAMETERS,
    });
  });

  it.each([
    ['strangle-btc-low-vol', parseStrangle, STRANGLE_PARAMETERS],
    ['vertical-surface', parseVertical, VERTICAL_PARAMETERS],
  ] as const)('%s says exactly what its strategy does without one', (file, parse, value) => {
    const text = readFileSync(join(FILE, '..', `${file}.json`), 'utf8');
    const { version, parameters, strategy } = JSON.parse(text) as Document;
    expect(strategy).toBe(file.replaceAll('-', '_'));
    expect(faultsOf(JSON.parse(text))).toEqual([]);
    expect(parse(String(version), parameters)).toEqual({ ok: true, value });
    const { hold_ms_max: _, ...lacking } = parameters;
    expect(parse('1', lacking)).toMatchObject({
      faults: [{ path: '/parameters/hold_ms_max', rule: 'not_in_range' }],
    });
    expect(parse('1', { ...parameters, margin_usd: 0 })).toMatchObject({ ok: false });
    expect(parse('1', { ...parameters, more: 1 })).toMatchObject({ ok: false });
    expect(parse('1', { ...parameters, slices: {} })).toMatchObject({ ok: false });
  });

  it('a strangle whose ranges are empty is refused by their names', () => {
    const text = readFileSync(join(FILE, '..', 'strangle-btc-low-vol.json'), 'utf8');
    const { parameters } = JSON.parse(text) as Document;
    const empty = { ...parameters, samples_min: 1_441, open_expiry_ms_max: 86_400_000 };
    expect(parseStrangle('1', empty)).toMatchObject({
      faults: [
        { path: '/parameters/open_expiry_ms_min', rule: 'range_is_empty' },
        { path: '/parameters/samples_min', rule: 'range_is_empty' },
      ],
    });
  });

  it('make the strategies they name, in their order, with their version', () => {
    const hold = { strategy: 'hold', version: '1', parameters: {} };
    const created = createStrategies([
      { place: 'a.json', value: hold },
      { place: 'b.json', value: shipped() },
    ]);
    if (!created.ok) throw new Error('refused');
    expect(
      created.strategies.map(({ strategy, version, place }) => [strategy.id, version, place]),
    ).toEqual([
      ['hold', '1', 'a.json'],
      ['cheap-option', 'cheap-option.3', 'b.json'],
    ]);
  });

  it('none make none', () => {
    expect(createStrategies([])).toEqual({ ok: true, strategies: [] });
  });

  it.each([
    ['margin_usd', undefined, '/parameters/margin_usd not_in_range'],
    ['margin_usd', 0, '/parameters/margin_usd not_in_range'],
    ['margin_usd', '0.6', '/parameters/margin_usd not_in_range'],
    ['margin_usd', Number.NaN, '/parameters/margin_usd not_in_range'],
    ['positions_max', 1.5, '/parameters/positions_max not_in_range'],
    ['positions_max', 1_001, '/parameters/positions_max not_in_range'],
    ['stop_fraction', 1.01, '/parameters/stop_fraction not_in_range'],
    ['slices/refit_ms', 0, '/parameters/slices/refit_ms not_in_range'],
    ['slices/criteria/points_min', null, '/parameters/slices/criteria/points_min not_in_range'],
    ['slices/criteria/more', 1, '/parameters/slices/criteria/more unknown_key'],
    ['marginUsd', 0.6, '/parameters/marginUsd unknown_key'],
    ['slices/expiry_ms_min', 6_000_000_000, '/parameters/slices/expiry_ms_min range_is_empty'],
  ])('%s as %s is refused by its place and rule', (path, value, fault) => {
    expect(faultsOf(changed(path, value))).toEqual([`0.json${fault}`]);
  });

  it('say everything that is wrong at once, of all of them', () => {
    const lacking = changed('slices', undefined);
    delete lacking.parameters['retry_ms'];
    expect(faultsOf(lacking, [], changed('hold_ms_max', -1))).toEqual([
      '0.json/parameters/retry_ms not_in_range',
      '0.json/parameters/slices not_an_object',
      '0.json/parameters/slices/criteria not_an_object',
      '1.json not_an_object',
      '2.json/parameters/hold_ms_max not_in_range',
    ]);
  });

  it('of unknown, nameless or repeated strategies are refused', () => {
    const base = shipped();
    expect(faultsOf({ ...base, strategy: 'cheap' })).toEqual(['0.json/strategy unknown_strategy']);
    expect(faultsOf({ ...base, strategy: 'toString' })).toEqual([
      '0.json/strategy unknown_strategy',
    ]);
    expect(faultsOf({ ...base, version: '' })).toEqual(['0.json/version not_a_version']);
    expect(faultsOf({ ...base, author: 'me' })).toEqual(['0.json/author unknown_key']);
    expect(faultsOf(base, base)).toEqual(['1.json/strategy strategy_twice']);
    expect(faultsOf({ strategy: 'hold', version: '1', parameters: { a: 1 } })).toEqual([
      '0.json/parameters unknown_key',
    ]);
    expect(faultsOf({ strategy: 'hold', version: '1' })).toEqual(['0.json/parameters unknown_key']);
  });
});
