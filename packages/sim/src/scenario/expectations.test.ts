import { describe, expect, it } from 'vitest';
import { testPolicy } from '../fuzz/policy.fixture.ts';
import { parseScenario } from './parse.ts';
import { runScenario } from './run.ts';

/** What of the expectations did not hold, as `what: actual`. */
async function broken(when: string, then: string): Promise<readonly string[]> {
  const parsed = parseScenario(`
scenario: an order that rests in a market that stands still
rules: []
seed: 1
given: { execution_style: Any, venue: { cancel_on_disconnect: 0 } }
when:
  - at: 2s
    propose: &order
      group: one
      instrument: BTC-16JAN26-64000-C
      side: buy
      quantity: 0.2
      limit_price: 0.0395
      time_in_force: good_til_cancelled
${when}
then:
${then}
heal: not
`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  const { story, finding } = await runScenario(parsed.scenario, testPolicy());
  expect(finding).toBeNull();
  return story.flatMap((line) =>
    line.kind === 'expectation' && !line.holds ? [`${line.what}: ${line.actual}`] : [],
  );
}

const NOTHING = '  - { at: 3s, remember: so far }';

describe('an order of a named group', () => {
  it('is known by its state, also from the ledger of a process that is down', async () => {
    const when = '  - { at: 3s, trader: { kill: { restart: 9s } } }';
    const acked = 'orders: [{ group: one, state: Acked }, { group: two, state: None }]';
    expect(await broken(when, `  - { at: 2900ms, ${acked} }\n  - { at: 4s, ${acked} }`)).toEqual(
      [],
    );
  });

  it('in another state than expected is told with the one it is in', async () => {
    const then = '  - { at: 2900ms, orders: [{ group: one, state: Filled }], working: 0 }';
    expect(await broken(NOTHING, then)).toEqual(['working: 1', 'order one: Acked']);
  });

  it('can be cancelled by its name, and no other is', async () => {
    const when = `
  - { at: 2500ms, propose: { group: two, instrument: ETH-16JAN26-1900-C, side: buy, quantity: 1,
      limit_price: 0.0395, time_in_force: good_til_cancelled } }
  - { at: 3s, cancel: { group: one } }`;
    const then = `
  - { at: 4s, orders: [{ group: one, state: Canceled }, { group: two, state: Acked }] }`;
    expect(await broken(when, then)).toEqual([]);
  });
});

describe('what is remembered', () => {
  it('is the same while nothing is traded, and after a restart', async () => {
    const when = `${NOTHING}\n  - { at: 4s, trader: { kill: { restart: 500ms } } }`;
    const looks = ['3900ms', '4100ms', '5s'].map(
      (at) => `  - { at: ${at}, as_remembered: so far }`,
    );
    expect(await broken(when, looks.join('\n'))).toEqual([]);
  });

  it('differs where something was, part by part', async () => {
    const when = `${NOTHING}\n  - { at: 4s, cancel: { group: one } }`;
    const [told, ...others] = await broken(when, '  - { at: 5s, as_remembered: so far }');
    expect(others).toEqual([]);
    expect(told).toContain('orders, working, records, orders of the process');
    expect(told).not.toContain('positions');
  });

  it('and never was, holds nowhere', async () => {
    expect(await broken(NOTHING, '  - { at: 5s, as_remembered: another }')).toEqual([
      'different from another: never remembered',
    ]);
  });
});

describe('what the exchange counts', () => {
  it('is compared with both bounds', async () => {
    const bounds = (least: number, most: number): string =>
      `  - { at: 3s, requests: [{ method: private/buy, at_least: ${least}, at_most: ${most} }] }`;
    expect(await broken(NOTHING, bounds(1, 1))).toEqual([]);
    expect(await broken(NOTHING, bounds(2, 9))).toEqual(['requests private/buy: 1']);
    expect(await broken(NOTHING, bounds(0, 0))).toEqual(['requests private/buy: 1']);
  });

  it('does not include what was lost on its way there', async () => {
    const when = '  - { at: 3s, line: { lose_next: { request: private/cancel } } }';
    const cancel = '  - { at: 3100ms, cancel: { group: one } }';
    const then = '  - { at: 4s, requests: [{ method: private/cancel, at_most: 0 }] }';
    expect(await broken(`${when}\n${cancel}`, then)).toEqual([]);
    expect(await broken(cancel, then)).toEqual(['requests private/cancel: 1']);
  });
});

it('books are equal, and are not while one of them is missing a change', async () => {
  const lost = '  - { at: 3s, line: { lose_next: { notification: book.ETH } } }';
  const delayed = '  - { at: 3001ms, network: { delay_ms_min: 60, delay_ms_max: 60 } }';
  const then = '  - { at: 2950ms, books_equal: true }\n  - { at: 3150ms, books_equal: true }';
  expect(await broken(NOTHING, then)).toEqual([]);
  const [told, ...others] = await broken(`${lost}\n${delayed}`, then);
  expect(others).toEqual([]);
  expect(told).toContain('books that differ: ');
  expect(told).toContain('ETH-16JAN26-1900-C');
});

it('a method that fails is answered with its code until it is mended', async () => {
  const when = `
  - { at: 3s, venue: { failing: { method: private/get_open_orders, code: 13028 } } }
  - { at: 3001ms, line: { cut: 10ms } }
  - { at: 15s, venue: { mended: private/get_open_orders } }`;
  const then = `
  - { at: 14900ms, mode: ReduceOnly, faults: [fetch_failed] }
  - { after: 15001ms, within: 5s, mode: Active }`;
  expect(await broken(when, then)).toEqual([]);
});
