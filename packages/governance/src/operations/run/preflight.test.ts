import { describe, expect, it } from 'vitest';
import { createBench, payloadOf, portsOf } from './bench.fixture.ts';
import { exitCodeOf } from './exit-code.ts';
import { runOperation } from './runner.ts';

describe('9.4 what is amiss at the start', () => {
  it('TRIP: goes on record, and stops nobody', async () => {
    const bench = createBench();
    const warning = 'stream_not_there:quantum:stream:ai.decision: there is …made';
    const end = await runOperation({ ...portsOf(bench), warnings: async () => [warning] });
    expect(exitCodeOf(end)).toBe(0);
    expect(payloadOf(bench, 'preflight')).toMatchObject({ passed: true, warnings: [warning] });
  });

  it('NON-TRIP: is not said where nothing is', async () => {
    const bench = createBench();
    await runOperation({ ...portsOf(bench), warnings: async () => [] });
    expect(payloadOf(bench, 'preflight')).not.toHaveProperty('warnings');
  });
});
