import { describe, expect, it } from 'vitest';
import { LookLog } from './look-log.ts';

describe('what looks came to', () => {
  it('is counted by name, and a look may have several', () => {
    const log = new LookLog();
    log.note(['b', 'a']);
    log.note(['a']);
    log.note([]);
    expect(log.counts()).toEqual({ looks: 3, outcomes: { a: 2, b: 1 }, unclassified: 1 });
    expect(Object.keys(log.counts().outcomes)).toEqual(['a', 'b']);
  });

  it('each bar has its own, and one nobody looked at has a name too', () => {
    const log = new LookLog();
    log.note(['b']);
    log.proposed(2);
    log.note(['a']);
    expect(log.endBar()).toEqual({ looks: 2, proposals: 2, outcome: 'a+b' });
    expect(log.endBar()).toEqual({ looks: 0, proposals: 0, outcome: 'not_asked' });
    log.note([]);
    expect(log.endBar()).toEqual({ looks: 1, proposals: 0, outcome: 'unclassified' });
    expect(log.counts()).toMatchObject({ looks: 3, outcomes: { not_asked: 1 }, unclassified: 1 });
  });
});
