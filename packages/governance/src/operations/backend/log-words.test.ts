import { describe, expect, it } from 'vitest';
import { isExpected, isTellingPattern, speaksOfTrouble } from './log-words.ts';

describe('O-09 a line of a log', () => {
  it.each([
    'ERROR cannot bind',
    'error: no such file',
    '3 errors',
    '10 errors found',
    'web.service: Failed with result exit-code',
    'failed to start',
    'it is failing',
    'a failure',
    'kernel panic - not syncing',
    'thread panicked at main.rs',
    'FATAL: the database system is shutting down',
    '{"level":"error","msg":"x"}',
    'order_failed id=1',
    'TypeError: x is not a function',
    'java.net.ConnectionFailure: x',
    'exited, status=1/FAILURE',
    'error=0x80',
    '1.0 errors',
    '0 errors, 1 failure',
    'error code 0',
    'restart failed: 0 attempts left',
    'build failed: 0 errors',
    '\u001b[31merror\u001b[0m: no such file',
    'er\u001b[1mr\u001b[22mor: no such file',
    '\u001b]0;title\u0007FATAL',
    'er\u200bror: no such file',
    '\uff45\uff52\uff52\uff4f\uff52',
  ])('O-09 speaks of trouble: %s', (line) => expect(speaksOfTrouble(line)).toBe(true));

  it.each([
    'up and running',
    '0 errors',
    'build done: 0 errors, 0 failures',
    'no errors',
    'errors=0 failed: 0',
    '{"errors":0}',
    'failover to the other node complete',
    'terror and default',
    'failsafe mode',
    'Panicum virgatum',
    '\u001b[32m0 errors\u001b[0m',
    '\u001b[32mup and running\u001b[0m',
    '',
  ])('O-09 does not: %s', (line) => expect(speaksOfTrouble(line)).toBe(false));

  it('O-09 expected patterns are literal but for their stars', () => {
    expect(isExpected('error: retry 3 of 5', ['retry * of 5'])).toBe(true);
    expect(isExpected('error: retry 3 of 6', ['retry * of 5'])).toBe(false);
    expect(isExpected('error: of 5 retry', ['retry * of 5'])).toBe(false);
    expect(isExpected('error: a.b', ['aXb', 'a.*b.c'])).toBe(false);
    expect(isExpected('error', ['.*'])).toBe(false);
    expect(isExpected('error', [])).toBe(false);
    expect(['*', '', ' * ', 'err'].map(isTellingPattern)).toEqual([false, false, false, false]);
    expect(isTellingPattern('retry *')).toBe(true);
  });
});
