import { describe, expect, it } from 'vitest';
import { parseScenario } from './parse.ts';

const GOOD = `scenario: one order is bought and that is all
rules: [AT-233]
seed: 1
when:
  - at: 1s
    propose: { instrument: BTC-16JAN26-64000-C, side: buy, quantity: 0.1 }
then:
  - { at: 2s, mode: Active }
`;

/** `line:column path rule` of every violation. */
function faults(text: string): readonly string[] {
  const parsed = parseScenario(text);
  if (parsed.ok) return [];
  return parsed.violations.map(
    ({ line, column, path, rule }) => `${line}:${column} ${path} ${rule}`,
  );
}

it('a good scenario is read as it stands', () => {
  expect(parseScenario(GOOD)).toMatchObject({
    ok: true,
    scenario: { seed: 1, rules: ['AT-233'], when: [{ at: '1s', propose: { side: 'buy' } }] },
  });
});

describe('a bad scenario is refused, each fault where it stands', () => {
  it('an unknown key', () => {
    expect(faults(GOOD.replace('side: buy', 'sides: buy'))).toEqual([
      '6:5 /when/0/propose/side missing_key',
      '6:49 /when/0/propose/sides unknown_key',
    ]);
  });

  it('a key that stands twice', () => {
    expect(faults(GOOD.replace('seed: 1', 'seed: 1\nseed: 2'))).toEqual(['4:1  duplicate_key']);
  });

  it('a value of the wrong kind, and another beside it', () => {
    const text = GOOD.replace('seed: 1', 'seed: -1').replace('at: 2s', 'at: soon');
    expect(faults(text).map((fault) => fault.split(' ').slice(0, 2).join(' '))).toEqual([
      '3:1 /seed',
      '8:7 /then/0/at',
    ]);
  });

  it('text that is no YAML', () => {
    expect(faults('scenario: [')[0]).toMatch(/^1:1\d /);
  });

  it('an empty file', () => {
    expect(faults('').length).toBe(1);
  });

  it('two actions in one step', () => {
    const text = GOOD.replace('  - at: 1s\n', '  - at: 1s\n    operator: kill\n');
    expect(faults(text)).toEqual(['5:5 /when/0 one_action']);
  });

  it('a step without an action', () => {
    expect(faults(GOOD.replace(/ {4}propose.*\n/, ''))).toEqual(['5:5 /when/0 one_action']);
  });

  it('steps out of their order', () => {
    const text = GOOD.replace('then:', '  - { at: 500ms, operator: kill }\nthen:');
    expect(faults(text)).toEqual(['7:7 /when/1/at in_order']);
  });

  it('an expectation with two times, or that expects nothing', () => {
    expect(faults(GOOD.replace('at: 2s,', 'at: 2s, finally: true,'))).toEqual([
      '8:5 /then/0 one_time',
    ]);
    expect(faults(GOOD.replace('at: 2s, mode: Active', 'at: 2s'))).toEqual([
      '8:5 /then/0 expects_something',
    ]);
  });

  it('a wait that something else of the story would fall into', () => {
    const text = GOOD.replace('at: 2s,', 'after: 500ms, within: 1s,');
    expect(faults(text)).toEqual(['8:21 /then/0/within one_at_a_time']);
  });

  it('an action that is two of several, or none', () => {
    const step = (action: string): string => GOOD.replace(/ {4}propose.*\n/, `    ${action}\n`);
    expect(faults(step('line: { cut: 1s }'))).toEqual([]);
    expect(faults(step('line: {}'))).toEqual(['6:5 /when/0/line one_action']);
    expect(faults(step('trader: { pause: 1s, suspend: 1s }'))).toEqual([
      '6:5 /when/0/trader one_action',
    ]);
    expect(faults(step('cancel: { instrument: A, group: one }'))).toEqual([
      '6:5 /when/0/cancel one_action',
    ]);
  });

  it('an alias of nothing, and more aliases than a story has', () => {
    const again = (count: number): string =>
      GOOD.replace('rules: [AT-233]', `rules: [&a AT-233${', *a'.repeat(count)}]`);
    expect(faults(again(3))).toEqual([]);
    expect(faults(again(200))).toEqual(['1:1  aliases']);
    expect(faults(GOOD.replace('[AT-233]', '[*nobody]'))[0]).toMatch(/ {2}/);
  });

  it('a bypass that does not exist', () => {
    expect(faults(GOOD.replace('seed: 1', 'seed: 1\ngiven: { skip_checks: true }'))).toEqual([
      '4:10 /given/skip_checks unknown_key',
    ]);
  });
});
