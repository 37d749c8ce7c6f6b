import { describe, expect, it } from 'vitest';
import type { ChronyReading } from '../ports.ts';
import { createTimeDaemon, type Tracking } from './chrony.ts';

/** `chronyc -n tracking`, version 4. */
const tracking = (systemTime: string, leap = 'Normal'): string =>
  [
    'Reference ID    : A9FEA97B (169.254.169.123)',
    'Stratum         : 4',
    'Ref time (UTC)  : Sat Nov 21 18:01:12 2026',
    `System time     : ${systemTime} of NTP time`,
    'Last offset     : +0.000002034 seconds',
    'RMS offset      : 0.000009012 seconds',
    `Leap status     : ${leap}`,
    '',
  ].join('\n');

function asked(answer: Tracking, aheadMs = 0): ChronyReading {
  let said: ChronyReading | null = null;
  const daemon = createTimeDaemon(
    (done) => done(answer),
    () => aheadMs,
  );
  daemon.ask((reading) => {
    said = reading;
  });
  if (said === null) throw new Error('it did not answer');
  return said;
}

const answered = (text: string): Tracking => ({ text, failed: false });

describe('the opinion of chrony (D-18)', () => {
  it('is the machine’s clock and how far ours is from it, fast ahead and slow behind', () => {
    expect(asked(answered(tracking('0.012500000 seconds fast')))).toEqual({ driftMs: 12.5 });
    expect(asked(answered(tracking('0.012500000 seconds slow')))).toEqual({ driftMs: -12.5 });
    expect(asked(answered(tracking('0.000000000 seconds slow')), -40)).toEqual({ driftMs: -40 });
  });

  it('is absent where there is no chrony, which is no failure', () => {
    expect(asked(null)).toBe('absent');
  });

  it.each([
    ['fails', { text: tracking('0.000001000 seconds fast'), failed: true }],
    ['says nothing', answered('')],
    ['is not synchronised', answered(tracking('0.000001000 seconds fast', 'Not synchronised'))],
    ['speaks another way', answered('A9FEA97B,169.254.169.123,4,1.0,0.000001,0')],
  ] as const)('is silent where it %s', (_, answer) => {
    expect(asked(answer)).toBe('silent');
  });

  it('is not asked twice at once: what is stuck stays one', () => {
    let runs = 0;
    let finish: (tracking: Tracking) => void = () => undefined;
    const daemon = createTimeDaemon((done) => {
      runs += 1;
      finish = done;
    });
    const said: ChronyReading[] = [];
    const note = (reading: ChronyReading): number => said.push(reading);
    daemon.ask(note);
    daemon.ask(note);
    finish(null);
    daemon.ask(note);
    expect([runs, said]).toEqual([2, ['silent', 'absent']]);
  });

  it('the real one answers once, whatever this machine has', async () => {
    const reading = await new Promise<ChronyReading>((done) => createTimeDaemon().ask(done));
    const isReading = typeof reading === 'string' || Number.isFinite(reading.driftMs);
    expect(isReading).toBe(true);
  });
});
